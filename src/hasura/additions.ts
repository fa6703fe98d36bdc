import {
  type ASTNode,
  type FieldDefinitionNode,
  type InputValueDefinitionNode,
  Kind,
  print,
  type StringValueNode,
  type TypeDefinitionNode,
  visit,
} from 'graphql';
import type { Json, JsonObject } from './json.ts';
import type { RootField, Surface } from './surface.ts';
import { describeTables } from './tables.ts';
import {
  actionHandler,
  type Choice,
  ledgerSchema,
  remoteSchema,
  secretHeaders,
  timeoutSecondsOf,
} from './terms.ts';

export const typeGroups = ['enums', 'input_objects', 'objects', 'scalars'] as const;

/** A list of `custom_types`. */
export type TypeGroup = (typeof typeGroups)[number];

/** Everything that Herald adds to an engine's metadata, in the form of the metadata API. */
export interface Additions {
  readonly actions: readonly JsonObject[];
  readonly customTypes: Readonly<Record<TypeGroup, readonly JsonObject[]>>;
  readonly remoteSchemas: readonly JsonObject[];
  readonly tables: readonly JsonObject[];
}

export const describeAdditions = (surface: Surface, { door, roles, source }: Choice): Additions => {
  const hasActions = door !== 'remote-schema';
  const types = hasActions ? surface.types : [];
  return {
    actions: hasActions ? surface.actions.map((field) => describeAction(field, roles)) : [],
    customTypes: {
      enums: describeTypes(types, 'enums', source),
      input_objects: describeTypes(types, 'input_objects', source),
      objects: describeTypes(types, 'objects', source),
      scalars: describeTypes(types, 'scalars', source),
    },
    remoteSchemas: door === 'actions' ? [] : [describeRemoteSchema(surface, door === 'both', roles)],
    tables: describeTables(roles),
  };
};

const permissionsOf = (roles: readonly string[]): Json => roles.map((role) => ({ role }));

const describeAction = ({ root, node }: RootField, roles: readonly string[]): JsonObject => ({
  name: node.name.value,
  definition: {
    kind: 'synchronous',
    type: root === 'Mutation' ? 'mutation' : 'query',
    handler: actionHandler,
    forward_client_headers: false,
    headers: secretHeaders,
    timeout: timeoutSecondsOf(node.name.value),
    arguments: (node.arguments ?? []).map(describeField),
    output_type: print(node.type),
  },
  permissions: permissionsOf(roles),
  ...describe(node, 'comment'),
});

type Described = { readonly description?: StringValueNode | undefined };

const describe = ({ description }: Described, key = 'description'): JsonObject =>
  description === undefined ? {} : { [key]: description.value };

const describeField = (field: FieldDefinitionNode | InputValueDefinitionNode): JsonObject => ({
  name: field.name.value,
  type: print(field.type),
  ...describe(field),
});

const describeTypes = (
  types: readonly TypeDefinitionNode[],
  group: TypeGroup,
  source: string,
): JsonObject[] =>
  types
    .filter((type) => groups[type.kind] === group)
    .map((type) => ({
      name: type.name.value,
      ...describe(type),
      ...membersOf(type),
      ...(type.name.value === 'XPost' ? { relationships: [postRelationship(source)] } : {}),
    }));

const groups: Readonly<Partial<Record<Kind, TypeGroup>>> = {
  [Kind.ENUM_TYPE_DEFINITION]: 'enums',
  [Kind.INPUT_OBJECT_TYPE_DEFINITION]: 'input_objects',
  [Kind.OBJECT_TYPE_DEFINITION]: 'objects',
  [Kind.SCALAR_TYPE_DEFINITION]: 'scalars',
};

const membersOf = (type: TypeDefinitionNode): JsonObject => {
  if (type.kind === Kind.ENUM_TYPE_DEFINITION)
    return { values: (type.values ?? []).map((value) => ({ value: value.name.value, ...describe(value) })) };
  return 'fields' in type ? { fields: (type.fields ?? []).map(describeField) } : {};
};

/** From an action's answer to the tracked row, and from there to its parts and whatever is related to it. */
const postRelationship = (source: string): JsonObject => ({
  name: 'post',
  type: 'object',
  source,
  remote_table: { name: 'post', schema: ledgerSchema },
  field_mapping: { id: 'id' },
});

const describeRemoteSchema = (
  surface: Surface,
  hasNamespace: boolean,
  roles: readonly string[],
): JsonObject => ({
  name: remoteSchema.name,
  definition: {
    url: remoteSchema.url,
    // One for every field, so the longest.
    timeout_seconds: Math.max(...surface.all.fields.map(({ node }) => timeoutSecondsOf(node.name.value))),
    headers: secretHeaders,
    forward_client_headers: false,
    customization: hasNamespace
      ? { root_fields_namespace: 'herald', type_names: { prefix: 'Herald' } }
      : undefined,
  },
  permissions: roles.map((role) => ({ role, definition: { schema: roleSchema(surface) } })),
});

/** What a role may use of the remote schema: all of it, without descriptions, which the engine has from introspection. */
const roleSchema = ({ all }: Surface): string => {
  const roots = (['Query', 'Mutation'] as const).map((root) => ({
    root,
    fields: all.fields.filter((field) => field.root === root).map(({ node }) => print(withoutWords(node))),
  }));
  return [
    `schema {\n${roots.map(({ root }) => `  ${root.toLowerCase()}: ${root}`).join('\n')}\n}`,
    ...roots.map(
      ({ root, fields }) => `type ${root} {\n${fields.map((field) => `  ${field}`).join('\n')}\n}`,
    ),
    ...all.types.map((type) => print(withoutWords(type))),
  ].join('\n\n');
};

const withoutWords = <Node extends ASTNode>(node: Node): Node =>
  visit(node, {
    enter: (inner) => ('description' in inner ? { ...inner, description: undefined } : undefined),
  });
