import { posix } from 'node:path';
import { Kind, parse } from 'graphql';
import { parse as parseYaml } from 'yaml';
import type { Files } from '../../src/hasura/index.ts';

/**
 * The parts of Hasura's published metadata format that Herald uses, written by hand: which keys an entry may have and
 * must have, and that the files name the same things. Each finding is a sentence; none means that the shape is right.
 * @see https://hasura.io/docs/2.0/migrations-metadata-seeds/metadata-format/
 */
export const checkShape = (files: Files): string[] => {
  const read = (file: string): unknown => include(files, file);
  return [
    ...check('version.yaml', read('version.yaml'), object({ version: is(3) })),
    ...check('actions.yaml', read('actions.yaml') ?? { actions: [] }, actionsFile),
    ...check('remote_schemas.yaml', read('remote_schemas.yaml') ?? [], list(remoteSchema)),
    ...check('databases.yaml', read('databases/databases.yaml'), list(source)),
    ...checkSignatures(read('actions.yaml'), files.get('actions.graphql') ?? ''),
  ];
};

type Check = (value: unknown) => string[];

const check = (file: string, value: unknown, shape: Check): string[] =>
  shape(value).map((finding) => `${file}${finding}`);

const text: Check = (value) => (typeof value === 'string' ? [] : [` is no text: ${JSON.stringify(value)}`]);
const number: Check = (value) =>
  typeof value === 'number' ? [] : [` is no number: ${JSON.stringify(value)}`];
const flag: Check = (value) =>
  typeof value === 'boolean' ? [] : [` is no boolean: ${JSON.stringify(value)}`];
const anything: Check = () => [];
const is =
  (...values: unknown[]): Check =>
  (value) =>
    values.includes(value) ? [] : [` is ${JSON.stringify(value)}, not one of ${JSON.stringify(values)}`];

const list =
  (item: Check): Check =>
  (value) => {
    if (value === null || value === undefined) return [];
    if (!Array.isArray(value)) return [' is no list'];
    return value.flatMap((one, place) => item(one).map((finding) => `[${place}]${finding}`));
  };

/** Keys that end in `?` may be absent; others than these may not be there. */
const object =
  (keys: Readonly<Record<string, Check>>): Check =>
  (value) => {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return [' is no object'];
    const entries = value as Record<string, unknown>;
    const known = new Map(Object.entries(keys).map(([key, shape]) => [key.replace('?', ''), shape]));
    return [
      ...Object.keys(entries)
        .filter((key) => !known.has(key))
        .map((key) => `.${key} is unknown`),
      ...Object.keys(keys)
        .filter((key) => !key.endsWith('?') && !(key in entries))
        .map((key) => `.${key} is missing`),
      ...Object.entries(entries).flatMap(([key, inner]) =>
        (known.get(key) ?? anything)(inner).map((finding) => `.${key}${finding}`),
      ),
    ];
  };

const either =
  (...shapes: Check[]): Check =>
  (value) => {
    const findings = shapes.map((shape) => shape(value));
    return findings.some((found) => found.length === 0) ? [] : findings.flat();
  };

const header = either(object({ name: text, value: text }), object({ name: text, value_from_env: text }));

const tableName = object({ name: text, schema: text });

const actionsFile = object({
  'actions?': list(
    object({
      name: text,
      definition: object({
        'kind?': is('', 'synchronous', 'asynchronous'),
        handler: text,
        'forward_client_headers?': flag,
        'headers?': list(header),
        'timeout?': number,
        'ignored_client_headers?': list(text),
        'request_transform?': anything,
        'response_transform?': anything,
      }),
      'permissions?': list(object({ role: text })),
      'comment?': text,
    }),
  ),
  'custom_types?': object({
    'enums?': list(object({ name: text, 'description?': text, 'values?': anything })),
    'input_objects?': list(object({ name: text, 'description?': text })),
    'objects?': list(
      object({
        name: text,
        'description?': text,
        'relationships?': list(
          object({
            name: text,
            type: is('object', 'array'),
            source: text,
            remote_table: tableName,
            field_mapping: anything,
          }),
        ),
      }),
    ),
    'scalars?': list(object({ name: text, 'description?': text })),
  }),
});

const remoteSchema = object({
  name: text,
  definition: object({
    'url?': text,
    'url_from_env?': text,
    'timeout_seconds?': number,
    'headers?': list(header),
    'forward_client_headers?': flag,
    'customization?': object({
      'root_fields_namespace?': text,
      'type_names?': object({ 'prefix?': text, 'suffix?': text, 'mapping?': anything }),
      'field_names?': anything,
    }),
  }),
  'comment?': text,
  'permissions?': list(
    object({
      role: text,
      definition: object({ schema: (value) => (isSdl(value) ? [] : [' is no SDL with a schema']) }),
    }),
  ),
});

const isSdl = (value: unknown): boolean =>
  typeof value === 'string' && parse(value).definitions.some(({ kind }) => kind === Kind.SCHEMA_DEFINITION);

const relationship = object({
  name: text,
  using: object({
    'manual_configuration?': object({
      column_mapping: anything,
      remote_table: tableName,
      'insertion_order?': is(null, 'before_parent', 'after_parent'),
    }),
    'foreign_key_constraint_on?': anything,
  }),
});

const source = object({
  name: text,
  kind: text,
  'configuration?': anything,
  'customization?': anything,
  'functions?': anything,
  'tables?': list(
    object({
      table: tableName,
      'configuration?': object({
        'custom_name?': text,
        'custom_root_fields?': anything,
        'column_config?': anything,
        'custom_column_names?': anything,
        'comment?': text,
      }),
      'object_relationships?': list(relationship),
      'array_relationships?': list(relationship),
      'select_permissions?': list(
        object({
          role: text,
          permission: object({
            columns: either(is('*'), list(text)),
            filter: anything,
            'allow_aggregations?': flag,
            'limit?': number,
            'query_root_fields?': list(text),
            'subscription_root_fields?': list(text),
          }),
          'comment?': text,
        }),
      ),
      'event_triggers?': anything,
    }),
  ),
});

/** The CLI refuses a name in actions.yaml that actions.graphql does not define. */
const checkSignatures = (yaml: unknown, sdl: string): string[] => {
  const document = (yaml ?? {}) as { actions?: Named[]; custom_types?: Record<string, Named[]> };
  const definitions = sdl.replace(/#.*/g, '').trim() === '' ? [] : parse(sdl).definitions;
  const names = definitions.flatMap((definition) => {
    if (
      !('name' in definition) ||
      !('fields' in definition || 'values' in definition || 'kind' in definition)
    )
      return [];
    const name = definition.name?.value ?? '';
    const fields = 'fields' in definition ? (definition.fields ?? []) : [];
    return name === 'Mutation' || name === 'Query' ? fields.map((field) => field.name.value) : [name];
  });
  const wanted = [
    ...(document.actions ?? []),
    ...Object.values(document.custom_types ?? {}).flatMap((all) => all ?? []),
  ];
  return wanted
    .filter(({ name }) => names.filter((other) => other === name).length !== 1)
    .map(({ name }) => `actions.graphql does not define ${name} once`);
};

interface Named {
  readonly name: string;
}

/** A file as the CLI reads it: with what it includes. */
const include = (files: Files, file: string): unknown => {
  const found = files.get(file);
  if (found === undefined) return undefined;
  const resolve = (value: unknown): unknown => {
    if (typeof value === 'string' && value.startsWith('!include '))
      return include(files, posix.join(posix.dirname(file), value.slice(9).trim()));
    if (Array.isArray(value)) return value.map(resolve);
    if (typeof value !== 'object' || value === null) return value;
    return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, resolve(inner)]));
  };
  const customTags = [{ tag: '!include', resolve: (path: string) => `!include ${path}` }];
  return resolve(parseYaml(found, { customTags }));
};
