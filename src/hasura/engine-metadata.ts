import { stringify } from 'yaml';
import { type Additions, describeAdditions, type TypeGroup, typeGroups } from './additions.ts';
import { type Edit, editJson, planList } from './edits.ts';
import { isList, isObject, type Json, type JsonObject, objectsOf, textOf } from './json.ts';
import {
  isOwnAction,
  isOwnRemoteSchema,
  named,
  type Outline,
  ownTypes,
  refuseConflicts,
  typesOfOthers,
} from './outline.ts';
import type { Files } from './project.ts';
import type { Surface } from './surface.ts';
import { ownTable } from './tables.ts';
import type { Choice } from './terms.ts';

/** An engine's metadata with Herald in it as chosen: the same rules as for a directory, on JSON. */
export const mergeIntoEngine = (metadata: JsonObject, surface: Surface, choice: Choice): JsonObject => {
  const outline = outlineOf(metadata);
  const additions = describeAdditions(surface, choice);
  const own = ownTypes(outline);
  const sdl = surface.all.types;
  refuseConflicts(outline, additions, choice, {
    own,
    remote: [...surface.all.fields.map(({ node }) => node.name.value), ...sdl.map(({ name }) => name.value)],
    scalars: sdl.filter(({ kind }) => kind === 'ScalarTypeDefinition').map(({ name }) => name.value),
  });
  return editJson(metadata, [
    ...planActions(metadata, outline, additions, own),
    ...planList({
      path: ['remote_schemas'],
      found: listOf(metadata.remote_schemas),
      wanted: additions.remoteSchemas,
      nameOf,
      isOwn: isOwnRemoteSchema,
    }),
    ...planTables(metadata, additions, choice.source),
  ]);
};

const nameOf = ({ name }: JsonObject): string | undefined => textOf(name);
const listOf = (value: Json | undefined): readonly Json[] => (isList(value) ? value : []);

const planActions = (
  metadata: JsonObject,
  outline: Outline,
  additions: Additions,
  own: ReadonlySet<string>,
): Edit[] => {
  const others = typesOfOthers(outline, own);
  const customTypes = isObject(metadata.custom_types) ? metadata.custom_types : {};
  // Scalars such as DateTime mean the same to everybody who uses them.
  const isForeign = (name: string, group: TypeGroup): boolean =>
    outline.types.has(name) && (!own.has(name) || (group === 'scalars' && others.has(name)));
  return [
    ...planList({
      path: ['actions'],
      found: listOf(metadata.actions),
      wanted: additions.actions,
      nameOf,
      isOwn: isOwnAction,
    }),
    ...typeGroups.flatMap((group) =>
      planList({
        path: ['custom_types', group],
        found: listOf(customTypes[group]),
        wanted: additions.customTypes[group].filter(({ name }) => !isForeign(String(name), group)),
        nameOf,
        isOwn: ({ name }) => own.has(String(name)) && !others.has(String(name)),
      }),
    ),
  ];
};

const planTables = (metadata: JsonObject, { tables }: Additions, source: string): Edit[] =>
  objectsOf(metadata.sources).flatMap((found, place) =>
    planList({
      path: ['sources', place, 'tables'],
      found: listOf(found.tables),
      wanted: found.name === source ? tables : [],
      nameOf: ownTable,
      isOwn: (table) => ownTable(table) !== undefined,
    }),
  );

const outlineOf = (metadata: JsonObject): Outline => {
  const customTypes = isObject(metadata.custom_types) ? metadata.custom_types : {};
  const types = typeGroups.flatMap((group) => named(customTypes[group]));
  return {
    actions: named(metadata.actions).map((action) => ({
      name: action.name,
      isOwn: isOwnAction(action),
      uses: usesOf(action.definition),
    })),
    types: new Map(
      types.map(({ name, fields }) => [name, objectsOf(fields).map(({ type }) => namedType(type))]),
    ),
    remoteSchemas: named(metadata.remote_schemas),
    sources: named(metadata.sources).map(({ name, kind, tables }) => ({
      name,
      kind: textOf(kind) ?? '',
      tables: objectsOf(tables),
    })),
  };
};

const usesOf = (definition: Json | undefined): string[] =>
  isObject(definition)
    ? [definition.output_type, ...objectsOf(definition.arguments).map(({ type }) => type)].map(namedType)
    : [];

/** `XPost` of `[XPost!]!`. */
const namedType = (type: Json | undefined): string => (textOf(type) ?? '').replace(/[[\]!\s]/g, '');

/** The parts of metadata that Herald may change, as texts that can be compared. */
export const engineFiles = (metadata: JsonObject): Files =>
  new Map(
    ['actions', 'custom_types', 'remote_schemas', 'sources'].flatMap((section) => {
      const value = metadata[section];
      return value === undefined
        ? []
        : [[section, stringify(value, { lineWidth: 0, aliasDuplicateObjects: false })] as const];
    }),
  );
