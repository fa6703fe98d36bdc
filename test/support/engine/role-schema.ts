import {
  buildASTSchema,
  type FieldDefinitionNode,
  type GraphQLSchema,
  Kind,
  parse,
  print,
  visit,
} from 'graphql';
import type { Action, ActionTypes } from './actions.ts';
import { tableKey } from './database.ts';
import { EngineError } from './engine-error.ts';
import type { RemoteView, RootKind } from './remote-schema.ts';
import { describeTables, type ReadableTable } from './tables.ts';

/** What answers a root field. */
export type Step =
  | { readonly kind: 'action'; readonly action: Action }
  | { readonly kind: 'action-result'; readonly action: Action }
  | { readonly kind: 'rows'; readonly table: ReadableTable; readonly one: boolean }
  | { readonly kind: 'remote'; readonly view: RemoteView }
  /** Its fields are root fields of a remote schema. */
  | { readonly kind: 'namespace'; readonly view: RemoteView };

/** What one role can ask for. */
export interface RoleSchema {
  readonly schema: GraphQLSchema;
  readonly steps: Readonly<Record<RootKind, ReadonlyMap<string, Step>>>;
  readonly tables: ReadonlyMap<string, ReadableTable>;
}

interface Parts {
  readonly role: string;
  readonly actions: readonly Action[];
  readonly types: ActionTypes;
  readonly tables: ReadonlyMap<string, ReadableTable>;
  readonly remotes: readonly RemoteView[];
}

/** Puts a role's schema together. Throws {@link EngineError} for a name that stands for two different things. */
export const buildRoleSchema = ({ role, actions, types, tables, remotes }: Parts): RoleSchema => {
  const draft = new Draft();
  addTables(draft, tables);
  const allowed = actions.filter(({ roles }) => role === 'admin' || roles.includes(role));
  if (allowed.length > 0)
    for (const type of types.describe((name) => tables.get(tableKey(name))?.name)) draft.define(type);
  for (const action of allowed) {
    if (action.isAsync) addAsyncAction(draft, action);
    else draft.add(action.root, printField(action.field), { kind: 'action', action });
  }
  for (const view of remotes) addRemote(draft, view);
  return { schema: draft.build(), steps: draft.steps, tables };
};

const ROOTS = ['query', 'mutation', 'subscription'] as const;

/** A schema while it is put together, as SDL. */
class Draft {
  readonly steps = {
    query: new Map<string, Step>(),
    mutation: new Map<string, Step>(),
    subscription: new Map<string, Step>(),
  };
  // Every query root has this field when there is nothing else to ask for.
  readonly #fields: Record<RootKind, string[]> = {
    query: ['no_queries_available: String'],
    mutation: [],
    subscription: [],
  };
  readonly #types = new Map<string, string>();

  /** A type; the same one may come from several sides. */
  define(definition: string): void {
    const [name, text] = nameAndText(definition);
    const before = this.#types.get(name);
    if (before !== undefined && before !== text)
      throw new EngineError(`conflicting definitions of the type ${name}`, 'unexpected');
    this.#types.set(name, text);
  }

  /** A root field; its name can be there once. */
  add(root: RootKind, field: string, step: Step): void {
    const name = /^\w+/.exec(field)?.[0] ?? '';
    if (this.steps[root].has(name))
      throw new EngineError(`conflicting root fields ${name} in ${root}_root`, 'unexpected');
    this.steps[root].set(name, step);
    this.#fields[root].push(field);
  }

  build(): GraphQLSchema {
    const roots = ROOTS.filter((root) => this.#fields[root].length > 0);
    const text = [
      `schema { ${roots.map((root) => `${root}: ${root}_root`).join(' ')} }`,
      ...roots.map((root) => `type ${root}_root {\n${this.#fields[root].join('\n')}\n}`),
      ...this.#types.values(),
    ];
    return buildASTSchema(parse(text.join('\n')));
  }
}

/** The same definition has the same text, whatever its descriptions say. */
const nameAndText = (definition: string): [name: string, text: string] => {
  const document = parse(definition);
  const [node] = document.definitions;
  const bare = visit(document, {
    enter: (inner) => ('description' in inner ? { ...inner, description: undefined } : undefined),
  });
  return [node !== undefined && 'name' in node ? (node.name?.value ?? '') : '', print(bare)];
};

/** Without its description, which would come before its name. */
const printField = ({ description: _, ...field }: FieldDefinitionNode): string => print(field);

const addTables = (draft: Draft, tables: Parts['tables']): void => {
  const { types, roots } = describeTables(tables);
  for (const type of types) draft.define(type);
  for (const { field, table, one } of roots)
    for (const root of ['query', 'subscription'] as const)
      draft.add(root, field, { kind: 'rows', table, one });
};

/** A mutation that gives an id, and a query and a subscription that give the result for it. */
const addAsyncAction = (draft: Draft, action: Action): void => {
  const { name, field } = action;
  const output = print(field.type).replace(/!$/, '');
  for (const scalar of ['uuid', 'timestamptz', 'json']) draft.define(`scalar ${scalar}`);
  draft.define(`type ${name} { id: uuid! created_at: timestamptz! errors: json output: ${output} }`);
  for (const root of ['query', 'subscription'] as const)
    draft.add(root, `${name}(id: uuid!): ${name}`, { kind: 'action-result', action });
  draft.add('mutation', printField(withType(field, 'uuid')), { kind: 'action', action });
};

const withType = (field: FieldDefinitionNode, type: string): FieldDefinitionNode => ({
  ...field,
  type: { kind: Kind.NAMED_TYPE, name: { kind: Kind.NAME, value: type } },
});

const addRemote = (draft: Draft, view: RemoteView): void => {
  const { namespace, roots, types } = view;
  for (const type of types) draft.define(print(type));
  for (const root of ROOTS) {
    const fields = roots[root].map(printField);
    if (fields.length === 0) continue;
    if (namespace === undefined) {
      for (const field of fields) draft.add(root, field, { kind: 'remote', view });
    } else {
      draft.define(`type ${namespace}_${root} {\n${fields.join('\n')}\n}`);
      draft.add(root, `${namespace}: ${namespace}_${root}`, { kind: 'namespace', view });
    }
  }
};
