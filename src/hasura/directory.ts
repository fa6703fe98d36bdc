import {
  parseActionsSdl,
  putRootField,
  putType,
  removeRootField,
  removeType,
  rootFieldsIn,
  typesIn,
} from './actions-sdl.ts';
import { type Additions, describeAdditions, typeGroups } from './additions.ts';
import { type Draft, openDraft } from './draft.ts';
import { planList } from './edits.ts';
import { isObject, type Json, type JsonObject } from './json.ts';
import {
  isOwnAction,
  isOwnRemoteSchema,
  named,
  type Outline,
  ownTypes,
  refuseConflicts,
  typesOfOthers,
} from './outline.ts';
import { MetadataProblem } from './problem.ts';
import type { Files } from './project.ts';
import { type Surface, typesOfField, typesOfType } from './surface.ts';
import { putTables, readSources, tablesOf } from './table-files.ts';
import type { Choice } from './terms.ts';

const actionsYaml = 'actions.yaml';
const actionsGraphql = 'actions.graphql';
const remoteSchemas = 'remote_schemas.yaml';

/**
 * A metadata directory with Herald in it as chosen; entries of Herald's that are not chosen any more are gone, and every
 * byte of anybody else's is as it was. Throws {@link MetadataProblem} when a name that Herald needs is somebody else's.
 */
export const mergeIntoDirectory = (found: Files, surface: Surface, choice: Choice): Files => {
  const draft = openDraft(found);
  const outline = outlineOf(draft);
  const additions = describeAdditions(surface, choice);
  const own = ownTypes(outline, [...draft.memory.kept]);
  const scalars = additions.customTypes.scalars.map(({ name }) => String(name));
  const remote = [
    ...surface.all.fields.map(({ node }) => node.name.value),
    ...surface.all.types.map(({ name }) => name.value),
  ];
  refuseConflicts(outline, additions, choice, { own, remote, scalars: [...scalars, ...scalarsOf(surface)] });
  const shared = scalars.filter((name) => outline.types.has(name) && !own.has(name));
  for (const name of shared) draft.memory.kept.add(name);
  write(
    draft,
    outline,
    additions,
    choice.door === 'remote-schema' ? { ...surface, actions: [], types: [] } : surface,
  );
  putTables(draft, choice.source, additions.tables);
  // A scalar such as DateTime that the project has already means the same to both, and stays when Herald goes.
  for (const name of draft.memory.kept) if (!shared.includes(name)) draft.memory.kept.delete(name);
  return draft.finish();
};

/** The directory without Herald: byte for byte what it was before, if nobody has changed it since. */
export const removeFromDirectory = (found: Files): Files => {
  const draft = openDraft(found);
  const nothing: Additions = {
    actions: [],
    customTypes: { enums: [], input_objects: [], objects: [], scalars: [] },
    remoteSchemas: [],
    tables: [],
  };
  write(draft, outlineOf(draft), nothing, { actions: [], types: [] });
  putTables(draft, undefined, []);
  draft.memory.kept.clear();
  return draft.finish();
};

const scalarsOf = ({ all }: Surface): string[] =>
  all.types.filter(({ kind }) => kind === 'ScalarTypeDefinition').map(({ name }) => name.value);

const outlineOf = (draft: Draft): Outline => {
  const sdl = draft.text(actionsGraphql) ?? '';
  refuseForeignDefinitions(sdl);
  const { actions, custom_types: customTypes } = readActions(draft);
  const own = new Set(
    named(actions)
      .filter(isOwnAction)
      .map(({ name }) => name),
  );
  const signatures = new Map(rootFieldsIn(sdl).map(({ node }) => [node.name.value, typesOfField(node)]));
  const types = new Map(typesIn(sdl).map((type) => [type.name.value, typesOfType(type)]));
  // A name that stands in one of the two files only is taken all the same.
  for (const { name } of named(actions)) if (!signatures.has(name)) signatures.set(name, []);
  for (const group of typeGroups)
    for (const { name } of named(isObject(customTypes) ? customTypes[group] : []))
      if (!types.has(name)) types.set(name, []);
  return {
    actions: [...signatures].map(([name, uses]) => ({ name, isOwn: own.has(name), uses })),
    types,
    remoteSchemas: named(draft.read(remoteSchemas)),
    sources: readSources(draft).map((source) => ({ ...source, tables: tablesOf(source) })),
  };
};

/** What the CLI would not take either. */
const refuseForeignDefinitions = (sdl: string): void => {
  const odd = parseActionsSdl(sdl).find(
    ({ kind }) => kind === 'SchemaDefinition' || kind === 'SchemaExtension',
  );
  if (odd !== undefined)
    throw new MetadataProblem(
      'actions.graphql has a schema definition, which Hasura does not take there.',
      'Remove it.',
    );
};

const readActions = (draft: Draft): JsonObject => {
  const found = draft.read(actionsYaml) ?? {};
  if (!isObject(found))
    throw new MetadataProblem(`${actionsYaml} is not an object with actions and custom_types.`);
  return found;
};

const write = (
  draft: Draft,
  outline: Outline,
  additions: Additions,
  { actions, types }: Pick<Surface, 'actions' | 'types'>,
): void => {
  const own = ownTypes(outline, [...draft.memory.kept]);
  const others = typesOfOthers(outline, own);
  const isRemovable = (name: string): boolean => own.has(name) && !others.has(name);
  const isShared = (name: string): boolean => draft.memory.kept.has(name);
  editActionsYaml(draft, additions, isRemovable, isShared);
  const oldRemoteSchemas = draft.read(remoteSchemas);
  draft.edit(
    remoteSchemas,
    planList({
      path: [],
      found: asList(oldRemoteSchemas, remoteSchemas),
      wanted: additions.remoteSchemas,
      nameOf,
      isOwn: isOwnRemoteSchema,
    }),
  );
  const sdl = draft.text(actionsGraphql);
  const kept = removeOld(sdl ?? '', outline, { actions, types }, isRemovable);
  const put = types
    .filter(({ name }) => !isShared(name.value))
    .reduce(putType, actions.reduce(putRootField, kept));
  if (put !== (sdl ?? '')) draft.write(actionsGraphql, put);
};

const nameOf = ({ name }: JsonObject): string | undefined => (typeof name === 'string' ? name : undefined);

const asList = (value: Json | undefined, what: string): readonly Json[] => {
  if (value === undefined || value === null) return [];
  if (!Array.isArray(value)) throw new MetadataProblem(`${what} is not a list.`);
  return value;
};

const editActionsYaml = (
  draft: Draft,
  additions: Additions,
  isRemovable: (type: string) => boolean,
  isShared: (type: string) => boolean,
): void => {
  const found = readActions(draft);
  const customTypes = isObject(found.custom_types) ? found.custom_types : {};
  const actions = planList({
    path: ['actions'],
    found: asList(found.actions, 'actions of actions.yaml'),
    wanted: additions.actions.map(withoutSignature),
    nameOf,
    isOwn: isOwnAction,
  });
  const types = typeGroups.flatMap((group) =>
    planList({
      path: ['custom_types', group],
      found: asList(customTypes[group], `custom_types.${group} of actions.yaml`),
      wanted: additions.customTypes[group].map(withoutMembers).filter(({ name }) => !isShared(String(name))),
      nameOf,
      isOwn: ({ name }) => isRemovable(String(name)),
    }),
  );
  draft.edit(actionsYaml, [...actions, ...types]);
};

/** In files the signature of an action is in actions.graphql. */
const withoutSignature = ({ definition, ...action }: JsonObject): JsonObject => {
  const {
    type: _type,
    arguments: _arguments,
    output_type: _output,
    ...rest
  } = isObject(definition) ? definition : {};
  const { name, ...more } = action;
  return { name, definition: rest, ...more };
};

/** And so are a type's fields and values. Its description is read from here, and only from here. */
const withoutMembers = ({ fields: _fields, values: _values, ...type }: JsonObject): JsonObject => type;

const removeOld = (
  sdl: string,
  { actions, types }: Outline,
  wanted: Pick<Surface, 'actions' | 'types'>,
  isRemovable: (type: string) => boolean,
): string => {
  const fields = new Set(wanted.actions.map(({ node }) => node.name.value));
  const names = new Set(wanted.types.map(({ name }) => name.value));
  const oldFields = actions.filter(({ name, isOwn }) => isOwn && !fields.has(name)).map(({ name }) => name);
  const oldTypes = [...types.keys()].filter((name) => isRemovable(name) && !names.has(name));
  // From the end, so that what was added last goes first and leaves the text as it was before it.
  return oldFields.reverse().reduce(removeRootField, oldTypes.reverse().reduce(removeType, sdl));
};
