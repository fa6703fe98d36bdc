import {
  type GraphQLObjectType,
  getArgumentValues,
  isObjectType,
  type OperationDefinitionNode,
} from 'graphql';
import { type Shaping, shapeAnswer } from './action-answer.ts';
import type { ActionLog } from './action-log.ts';
import { type Action, type ActionSettings, type ActionTypes, callAction, nameOfType } from './actions.ts';
import { tableKey } from './database.ts';
import { EngineError, RemoteErrors } from './engine-error.ts';
import { type Field, fieldsOf, type Reading } from './fields.ts';
import type { Headers } from './headers.ts';
import { type GraphqlRequest, readDocument } from './read-document.ts';
import { callRemote } from './remote-request.ts';
import type { RoleSchema, Step } from './role-schema.ts';
import { type Selecting, selectRows } from './select-rows.ts';
import type { EngineSession } from './session.ts';

/** What the frontend sees: `data` or `errors`, never both. */
export interface GraphqlResult {
  readonly data?: Readonly<Record<string, unknown>>;
  readonly errors?: readonly unknown[];
}

export interface Execution {
  readonly role: RoleSchema;
  readonly types: ActionTypes;
  readonly log: ActionLog;
  readonly settings: ActionSettings & { readonly prioritizeData: boolean };
  readonly session: EngineSession;
  readonly headers: Headers;
  readonly showInternal: boolean;
}

/** Runs a client's document, one step for each root field. Cookies of action handlers go into `cookies`. */
export const execute = async (
  request: GraphqlRequest,
  execution: Execution,
  cookies: string[] = [],
): Promise<GraphqlResult> => {
  try {
    return { data: await new Run(request, execution, cookies).data() };
  } catch (error) {
    if (error instanceof RemoteErrors) return { errors: error.errors };
    if (error instanceof EngineError) return { errors: [error.show(execution.showInternal)] };
    throw error;
  }
};

class Run {
  readonly #request: GraphqlRequest;
  readonly #execution: Execution;
  readonly #cookies: string[];
  readonly #operation: OperationDefinitionNode;
  readonly #reading: Reading;

  constructor(request: GraphqlRequest, execution: Execution, cookies: string[]) {
    this.#request = request;
    this.#execution = execution;
    this.#cookies = cookies;
    const { operation, reading } = readDocument(request, execution.role.schema);
    this.#operation = operation;
    this.#reading = reading;
  }

  async data(): Promise<Record<string, unknown>> {
    const { operation, selectionSet } = this.#operation;
    const data: Record<string, unknown> = {};
    for (const field of fieldsOf(selectionSet, this.#reading))
      data[field.key] =
        field.name === '__typename'
          ? `${operation}_root`
          : await this.#step(field, this.#execution.role.steps[operation].get(field.name));
    return data;
  }

  async #step(field: Field, step: Step | undefined): Promise<unknown> {
    switch (step?.kind) {
      case 'action':
        return this.#action(field, step.action);
      case 'action-result':
        return this.#result(field, step.action);
      case 'rows': {
        const wanted = this.#argumentsOf(field, this.#root);
        const rows = await selectRows(
          step.table,
          this.#below(field),
          step.one ? { match: wanted } : { arguments: wanted },
          this.#selecting,
        );
        return step.one ? (rows[0] ?? null) : rows;
      }
      case 'remote':
        if (this.#operation.operation === 'subscription')
          throw new EngineError('subscription to remote server is not supported', 'not-supported');
        return callRemote(field, step.view, {
          operation: this.#operation,
          reading: this.#reading,
          session: this.#execution.session,
          headers: this.#execution.headers,
          environment: this.#execution.settings.environment,
          prioritizeData: this.#execution.settings.prioritizeData,
        });
      case 'namespace': {
        const answer: Record<string, unknown> = {};
        for (const inner of this.#below(field))
          answer[inner.key] =
            inner.name === '__typename'
              ? `${field.name}_${this.#operation.operation}`
              : await this.#step(inner, { kind: 'remote', view: step.view });
        return answer;
      }
      case undefined:
        return null;
    }
  }

  async #action(field: Field, action: Action): Promise<unknown> {
    const { session, headers, settings, log } = this.#execution;
    const invocation = {
      input: this.#argumentsOf(field, this.#root),
      variables: session.variables,
      query: this.#request.query,
      headers,
    };
    if (action.isAsync) return log.add(action, invocation);
    const { value, cookies } = await callAction(action, invocation, settings);
    this.#cookies.push(...cookies);
    return this.#shape(value, field, action);
  }

  /** `<action>(id)`: without relationships there is no check whose action it was. */
  async #result(field: Field, action: Action): Promise<unknown> {
    const row = this.#execution.log.find(String(this.#argumentsOf(field, this.#root).id));
    if (row === undefined || row.action !== action) return null;
    const answer: Record<string, unknown> = {};
    for (const inner of this.#below(field))
      answer[inner.key] =
        inner.name === 'output'
          ? await this.#shape(row.output, inner, action)
          : { id: row.id, created_at: row.createdAt, errors: row.errors, __typename: action.name }[
              inner.name
            ];
    return answer;
  }

  #shape(value: unknown, field: Field, { output: { type, fields } }: Action): Promise<unknown> {
    if (fields === undefined) return Promise.resolve(value);
    return shapeAnswer(value, this.#below(field), nameOfType(type), this.#shaping);
  }

  get #shaping(): Shaping {
    const { types, role } = this.#execution;
    return {
      below: (field, typeName) => {
        const type = types.fieldsOf(typeName)?.get(field.name);
        const name = type === undefined ? '' : nameOfType(type);
        return types.fieldsOf(name) === undefined
          ? undefined
          : { fields: this.#below(field), typeName: name };
      },
      isJoined: (field, typeName) => types.relationshipOf(typeName, field.name) !== undefined,
      join: async (field, typeName, answer) => {
        const relationship = types.relationshipOf(typeName, field.name);
        const table = relationship && role.tables.get(tableKey(relationship.remote_table));
        if (relationship === undefined || table === undefined) return null;
        const pairs = Object.entries(relationship.field_mapping).map(([own, column]) => [
          column,
          answer[own],
        ]);
        if (pairs.some(([, value]) => value === undefined || value === null)) return null;
        const match = Object.fromEntries(pairs) as Record<string, unknown>;
        const rows = await selectRows(table, this.#below(field), { match }, this.#selecting);
        return relationship.type === 'array' ? rows : (rows[0] ?? null);
      },
    };
  }

  get #selecting(): Selecting {
    const { role, session } = this.#execution;
    return {
      tables: role.tables,
      session,
      below: (field) => this.#below(field),
      argumentsOf: (field, { name }) => this.#argumentsOf(field, role.schema.getType(name)),
    };
  }

  get #root(): GraphQLObjectType | undefined | null {
    const { schema } = this.#execution.role;
    return schema.getRootType(this.#operation.operation);
  }

  #below(field: Field): Field[] {
    return fieldsOf(field.node.selectionSet, this.#reading);
  }

  #argumentsOf(field: Field, parent: unknown): Record<string, unknown> {
    const definition = isObjectType(parent) ? parent.getFields()[field.name] : undefined;
    return definition === undefined
      ? {}
      : getArgumentValues(definition, field.node, { ...this.#reading.variables });
  }
}
