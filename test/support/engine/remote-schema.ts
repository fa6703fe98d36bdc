import {
  buildClientSchema,
  type ConstDirectiveNode,
  type DefinitionNode,
  type DocumentNode,
  type FieldDefinitionNode,
  type IntrospectionQuery,
  Kind,
  parse,
  printSchema,
  visit,
} from 'graphql';
import { hasuraIntrospection } from '../hasura-introspection.ts';
import { EngineError, isObject } from './engine-error.ts';
import {
  configuredHeaders,
  defaultHeaders,
  type Environment,
  fillTemplate,
  traceHeaders,
} from './headers.ts';
import { callHttp } from './http-call.ts';
import type { RemoteSchemaMetadata } from './metadata.ts';

/** A remote schema as it was when it was introspected; nothing is asked again before a reload. */
export interface RemoteSchema {
  readonly metadata: RemoteSchemaMetadata;
  readonly url: string;
  readonly document: DocumentNode;
}

const DEFAULT_TIMEOUT_SECONDS = 60;

export const timeoutOf = ({ definition: { timeout_seconds } }: RemoteSchemaMetadata): number =>
  (timeout_seconds ?? DEFAULT_TIMEOUT_SECONDS) * 1000;

/** Asks for the schema with the configured headers only: no session, no client. Throws {@link EngineError}. */
export const introspect = async (
  metadata: RemoteSchemaMetadata,
  environment: Environment,
): Promise<RemoteSchema> => {
  const { url = '', url_from_env, headers } = metadata.definition;
  const address = fillTemplate(url_from_env === undefined ? url : `{{${url_from_env}}}`, environment);
  const { text } = await callHttp({
    url: address,
    headers: [...defaultHeaders, ...traceHeaders([]), ...configuredHeaders(headers, environment)],
    body: JSON.stringify(hasuraIntrospection),
    timeoutMs: timeoutOf(metadata),
  });
  const { data, errors } = JSON.parse(text) as { data?: IntrospectionQuery; errors?: unknown };
  if (errors !== undefined || !isObject(data))
    throw new EngineError(
      `introspection of ${metadata.name} failed: ${text.slice(0, 200)}`,
      'remote-schema-error',
    );
  return { metadata, url: address, document: parse(printSchema(buildClientSchema(data))) };
};

export type RootKind = 'query' | 'mutation' | 'subscription';

/** A remote schema as one role sees it. */
export interface RemoteView {
  readonly remote: RemoteSchema;
  /** Types in the engine's names, without the roots. */
  readonly types: readonly DefinitionNode[];
  readonly roots: Readonly<Record<RootKind, readonly FieldDefinitionNode[]>>;
  /** By root field and argument: what the role's permission presets. */
  readonly presets: ReadonlyMap<string, ReadonlyMap<string, ConstDirectiveNode>>;
  readonly namespace: string | undefined;
  /** The engine's name of a remote type, and back. */
  rename(name: string): string;
  restore(name: string): string;
}

const BUILT_IN = ['String', 'ID', 'Int', 'Float', 'Boolean'];

/** With permissions enabled a role sees what its own SDL says; without them everybody sees everything. */
export const viewRemote = (
  remote: RemoteSchema,
  role: string,
  permissionsEnabled: boolean,
): RemoteView | undefined => {
  const own = remote.metadata.permissions?.find((entry) => entry.role === role)?.definition.schema;
  if (permissionsEnabled && role !== 'admin' && own === undefined) return undefined;
  const document = permissionsEnabled && role !== 'admin' ? parse(own ?? '') : remote.document;
  const { root_fields_namespace: namespace, type_names } = remote.metadata.definition.customization ?? {};
  const { prefix = '', suffix = '' } = type_names ?? {};
  const rename = (name: string) => (BUILT_IN.includes(name) ? name : `${prefix}${name}${suffix}`);
  const rootNames = rootNamesOf(document);
  const isRoot = (name: string) => Object.values(rootNames).includes(name);
  const fieldsOf = (kind: RootKind) =>
    document.definitions.flatMap((definition) =>
      definition.kind === Kind.OBJECT_TYPE_DEFINITION && definition.name.value === rootNames[kind]
        ? (definition.fields ?? []).map((field) => withNames(withoutPresets(field), rename))
        : [],
    );
  return {
    remote,
    namespace,
    rename,
    restore: (name) =>
      BUILT_IN.includes(name) ? name : name.slice(prefix.length, name.length - suffix.length),
    types: document.definitions
      .filter((definition) => 'name' in definition && !isRoot(definition.name?.value ?? ''))
      .filter((definition) => definition.kind !== Kind.DIRECTIVE_DEFINITION)
      .map((definition) => withNames(withoutPresets(definition), rename)),
    roots: {
      query: fieldsOf('query'),
      mutation: fieldsOf('mutation'),
      subscription: fieldsOf('subscription'),
    },
    presets: presetsOf(document, isRoot),
  };
};

const rootNamesOf = ({ definitions }: DocumentNode): Record<RootKind, string> => {
  const names = { query: 'Query', mutation: 'Mutation', subscription: 'Subscription' };
  for (const definition of definitions)
    if (definition.kind === Kind.SCHEMA_DEFINITION)
      for (const { operation, type } of definition.operationTypes) names[operation] = type.name.value;
  return names;
};

const withNames = <Node extends DefinitionNode | FieldDefinitionNode>(
  node: Node,
  rename: (name: string) => string,
): Node =>
  visit(node, {
    NamedType: (type) => ({ ...type, name: { ...type.name, value: rename(type.name.value) } }),
    enter: (inner) =>
      inner.kind.endsWith('TypeDefinition') && 'name' in inner && typeof inner.name === 'object'
        ? { ...inner, name: { kind: Kind.NAME, value: rename(inner.name.value) } }
        : undefined,
  }) as Node;

/** Arguments that are preset disappear from the role's schema. */
const withoutPresets = <Node extends DefinitionNode | FieldDefinitionNode>(node: Node): Node =>
  visit(node, {
    InputValueDefinition: ({ directives }) => (presetOf(directives) ? null : undefined),
  }) as Node;

const presetOf = (directives: readonly ConstDirectiveNode[] = []): ConstDirectiveNode | undefined =>
  directives.find(({ name }) => name.value === 'preset');

const presetsOf = (document: DocumentNode, isRoot: (name: string) => boolean): RemoteView['presets'] =>
  new Map(
    document.definitions.flatMap((definition) =>
      definition.kind !== Kind.OBJECT_TYPE_DEFINITION || !isRoot(definition.name.value)
        ? []
        : (definition.fields ?? []).map((field) => {
            const presets = (field.arguments ?? []).flatMap((argument) => {
              const preset = presetOf(argument.directives);
              return preset === undefined ? [] : [[argument.name.value, preset] as const];
            });
            return [field.name.value, new Map(presets)] as const;
          }),
    ),
  );
