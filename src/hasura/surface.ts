import { readFileSync } from 'node:fs';
import {
  type DefinitionNode,
  type FieldDefinitionNode,
  Kind,
  parse,
  type TypeDefinitionNode,
  type TypeNode,
} from 'graphql';

/** Queries that need no action: the tracked tables answer them, with filters and as subscriptions. */
const readFromTables: ReadonlySet<string> = new Set(['xPost', 'xPosts', 'xAccounts']);

export type Root = 'Mutation' | 'Query';

/** A root field of the SDL. */
export interface RootField {
  readonly root: Root;
  readonly node: FieldDefinitionNode;
}

/** Herald's SDL as the engine needs it. */
export interface Surface {
  /** The root fields that become actions, in the SDL's order. */
  readonly actions: readonly RootField[];
  /** The types that these use, in the SDL's order. */
  readonly types: readonly TypeDefinitionNode[];
  /** Every root field and type, for the remote schema. */
  readonly all: { readonly fields: readonly RootField[]; readonly types: readonly TypeDefinitionNode[] };
}

/** Herald's own SDL. */
export const readSdl = (): string =>
  readFileSync(new URL('../../graphql/schema.graphql', import.meta.url), 'utf8');

export const readSurface = (sdl: string): Surface => {
  const { definitions } = parse(sdl);
  const fields = definitions.flatMap(rootFieldsOf);
  const types = definitions.filter(isType);
  const actions = fields.filter(
    ({ root, node }) => root === 'Mutation' || !readFromTables.has(node.name.value),
  );
  const used = reach(
    actions.flatMap(({ node }) => typesOfField(node)),
    new Map(types.map((type) => [type.name.value, typesOfType(type)])),
  );
  return {
    actions,
    types: types.filter(({ name }) => used.has(name.value)),
    all: { fields, types },
  };
};

const isRootName = (name: string): name is Root => name === 'Mutation' || name === 'Query';

/** The root fields of a definition: those of `type Mutation`, `type Query` and of extensions of them. */
export const rootFieldsOf = (definition: DefinitionNode): RootField[] => {
  if (definition.kind !== Kind.OBJECT_TYPE_DEFINITION && definition.kind !== Kind.OBJECT_TYPE_EXTENSION)
    return [];
  const root = definition.name.value;
  return isRootName(root) ? (definition.fields ?? []).map((node) => ({ root, node })) : [];
};

const typeKinds: ReadonlySet<string> = new Set([
  Kind.OBJECT_TYPE_DEFINITION,
  Kind.INPUT_OBJECT_TYPE_DEFINITION,
  Kind.ENUM_TYPE_DEFINITION,
  Kind.SCALAR_TYPE_DEFINITION,
]);

/** Whether it defines a type that the engine takes, other than a root. */
export const isType = (definition: DefinitionNode): definition is TypeDefinitionNode =>
  typeKinds.has(definition.kind) && 'name' in definition && !isRootName(definition.name?.value ?? '');

/** The names of the types of a root field: of its arguments and of what it gives. */
export const typesOfField = ({ arguments: given = [], type }: FieldDefinitionNode): string[] => [
  ...given.map((argument) => namedType(argument.type)),
  namedType(type),
];

/** The names of the types that a type's fields have. */
export const typesOfType = (type: TypeDefinitionNode): string[] =>
  'fields' in type ? (type.fields ?? []).map((field) => namedType(field.type)) : [];

const namedType = (type: TypeNode): string =>
  type.kind === Kind.NAMED_TYPE ? type.name.value : namedType(type.type);

/** Every name that can be reached from `start`, itself included. */
export const reach = (
  start: readonly string[],
  uses: ReadonlyMap<string, readonly string[]>,
): ReadonlySet<string> => {
  const found = new Set<string>();
  const waiting = [...start];
  for (let name = waiting.pop(); name !== undefined; name = waiting.pop()) {
    if (found.has(name)) continue;
    found.add(name);
    waiting.push(...(uses.get(name) ?? []));
  }
  return found;
};
