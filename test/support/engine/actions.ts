import {
  type DefinitionNode,
  type FieldDefinitionNode,
  Kind,
  type ObjectTypeDefinitionNode,
  type ObjectTypeExtensionNode,
  print,
  type TypeNode,
} from 'graphql';
import { type Output, readActionAnswer } from './action-answer.ts';
import { EngineError, unexpected } from './engine-error.ts';
import {
  clientHeaders,
  configuredHeaders,
  defaultHeaders,
  type Environment,
  fillTemplate,
  firstOfEach,
  type Headers,
  traceHeaders,
} from './headers.ts';
import { callHttp, NoAnswer } from './http-call.ts';
import type { ActionMetadata, ActionRelationship, Metadata, TableName } from './metadata.ts';

/** An action: its entry of actions.yaml and its field of actions.graphql. */
export interface Action {
  readonly name: string;
  readonly root: 'query' | 'mutation';
  readonly field: FieldDefinitionNode;
  readonly isAsync: boolean;
  readonly roles: readonly string[];
  readonly output: Output;
  readonly definition: ActionMetadata['definition'];
}

/** The custom types of the project. */
export interface ActionTypes {
  /** Their SDL; an object type has a field for each relationship to a table that `nameOfTable` knows. */
  describe(nameOfTable: (table: TableName) => string | undefined): string[];
  fieldsOf(typeName: string): ReadonlyMap<string, TypeNode> | undefined;
  relationshipOf(typeName: string, field: string): ActionRelationship | undefined;
}

type RootNode = (ObjectTypeDefinitionNode | ObjectTypeExtensionNode) & {
  readonly name: { readonly value: 'Query' | 'Mutation' };
};

const isRoot = (node: DefinitionNode): node is RootNode =>
  (node.kind === Kind.OBJECT_TYPE_DEFINITION || node.kind === Kind.OBJECT_TYPE_EXTENSION) &&
  (node.name.value === 'Query' || node.name.value === 'Mutation');

export const readActionTypes = ({ actionsSdl, customObjects }: Metadata): ActionTypes => {
  const types = actionsSdl.definitions.filter((node) => !isRoot(node));
  const relationshipsOf = (name: string) =>
    customObjects.find((entry) => entry.name === name)?.relationships ?? [];
  return {
    describe: (nameOfTable) =>
      types.map((node) => {
        const text = print(node);
        if (node.kind !== Kind.OBJECT_TYPE_DEFINITION) return text;
        const joined = relationshipsOf(node.name.value).flatMap(({ name, type, remote_table }) => {
          const table = nameOfTable(remote_table);
          return table === undefined ? [] : [`${name}: ${type === 'array' ? `[${table}!]!` : table}`];
        });
        return text.replace(/\}\s*$/, `${joined.join('\n')} }`);
      }),
    fieldsOf: (typeName) => {
      for (const node of types)
        if (node.kind === Kind.OBJECT_TYPE_DEFINITION && node.name.value === typeName)
          return new Map((node.fields ?? []).map((field) => [field.name.value, field.type]));
      return undefined;
    },
    relationshipOf: (typeName, field) => relationshipsOf(typeName).find(({ name }) => name === field),
  };
};

/** Every action of actions.yaml. Throws {@link EngineError} for one that actions.graphql does not have. */
export const readActions = ({ actions, actionsSdl }: Metadata, types: ActionTypes): Action[] =>
  actions.map(({ name, definition, permissions = [] }) => {
    for (const node of actionsSdl.definitions.filter(isRoot)) {
      const field = node.fields?.find((entry) => entry.name.value === name);
      if (field === undefined) continue;
      return {
        name,
        root: node.name.value === 'Query' ? 'query' : 'mutation',
        field,
        isAsync: definition.kind === 'asynchronous',
        roles: permissions.map(({ role }) => role),
        output: { type: field.type, fields: types.fieldsOf(nameOfType(field.type)) },
        definition,
      };
    }
    throw new EngineError(`actions.graphql has no action ${name}`, 'not-exists');
  });

export const nameOfType = (type: TypeNode): string =>
  type.kind === Kind.NAMED_TYPE ? type.name.value : nameOfType(type.type);

/** What an action is invoked with. */
export interface Invocation {
  readonly input: unknown;
  readonly variables: Readonly<Record<string, string>>;
  /** The client's document as it came; null when nobody waits. */
  readonly query: string | null;
  readonly headers: Headers;
}

export interface ActionSettings {
  readonly environment: Environment;
  /** HASURA_GRAPHQL_CONFIGURED_HEADER_PRECEDENCE. */
  readonly configuredFirst: boolean;
}

export interface ActionAnswer {
  readonly value: unknown;
  /** The only headers of the handler that reach the client. */
  readonly cookies: readonly string[];
}

const DEFAULT_TIMEOUT_SECONDS = 30;

/** Calls the handler once. Throws {@link EngineError}. */
export const callAction = async (
  { name, definition, output }: Action,
  invocation: Invocation,
  settings: ActionSettings,
): Promise<ActionAnswer> => {
  const { input, variables, query } = invocation;
  const request = { action: { name }, input, session_variables: variables, request_query: query };
  const call = {
    url: fillTemplate(definition.handler, settings.environment),
    headers: [
      ...actionHeaders(definition, invocation.headers, settings),
      ...traceHeaders(invocation.headers),
    ],
    body: JSON.stringify(request),
    timeoutMs: (definition.timeout ?? DEFAULT_TIMEOUT_SECONDS) * 1000,
  };
  const { session_variables: _, ...shown } = request;
  try {
    const reply = await callHttp(call);
    const value = readActionAnswer(reply, output, shown);
    const cookies = reply.headers.filter(([header]) => header.toLowerCase() === 'set-cookie');
    return { value, cookies: cookies.map(([, cookie]) => cookie) };
  } catch (error) {
    if (!(error instanceof NoAnswer)) throw error;
    throw unexpected('http exception when calling webhook', {
      error: { type: 'http_exception', message: error.message },
      request: shown,
      response: null,
    });
  }
};

const actionHeaders = (
  { headers, forward_client_headers = false, ignored_client_headers }: Action['definition'],
  client: Headers,
  { environment, configuredFirst }: ActionSettings,
): Headers => {
  const configured = configuredHeaders(headers, environment);
  const forwarded = forward_client_headers ? clientHeaders(client, ignored_client_headers) : [];
  return firstOfEach(
    configuredFirst
      ? [...configured, ...defaultHeaders, ...forwarded]
      : [...forwarded, ...defaultHeaders, ...configured],
  );
};
