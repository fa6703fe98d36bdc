import { type Additions, typeGroups } from './additions.ts';
import { isObject, type JsonObject, objectsOf, textOf } from './json.ts';
import { MetadataProblem } from './problem.ts';
import { reach } from './surface.ts';
import { graphqlName, ownTable, trackedNames } from './tables.ts';
import { actionHandler, type Choice, remoteSchema } from './terms.ts';

/** What a project has, as far as Herald has to know it, whether it was found in files or in an engine. */
export interface Outline {
  readonly actions: readonly {
    readonly name: string;
    readonly isOwn: boolean;
    readonly uses: readonly string[];
  }[];
  /** The custom types, and which types each of them uses. */
  readonly types: ReadonlyMap<string, readonly string[]>;
  readonly remoteSchemas: readonly JsonObject[];
  readonly sources: readonly {
    readonly name: string;
    readonly kind: string;
    readonly tables: readonly JsonObject[];
  }[];
}

export const isOwnAction = ({ definition }: JsonObject): boolean =>
  isObject(definition) && definition.handler === actionHandler;

export const isOwnRemoteSchema = ({ name, definition }: JsonObject): boolean =>
  name === remoteSchema.name && isObject(definition) && definition.url === remoteSchema.url;

/** The types that are there because of Herald's actions, apart from those in `kept`, which were there before. */
export const ownTypes = ({ actions, types }: Outline, kept: readonly string[] = []): ReadonlySet<string> => {
  const used = reach(
    actions.flatMap(({ isOwn, uses }) => (isOwn ? uses : [])),
    types,
  );
  return new Set([...used].filter((name) => types.has(name) && !kept.includes(name)));
};

/** The types that anything else uses, and so have to stay. */
export const typesOfOthers = ({ actions, types }: Outline, own: ReadonlySet<string>): ReadonlySet<string> =>
  reach(
    [
      ...actions.flatMap(({ isOwn, uses }) => (isOwn ? [] : uses)),
      ...[...types.keys()].filter((name) => !own.has(name)),
    ],
    types,
  );

/** Throws {@link MetadataProblem} with the first name that Herald needs and somebody else has. */
export const refuseConflicts = (
  outline: Outline,
  additions: Additions,
  { door, source }: Choice,
  names: {
    readonly own: ReadonlySet<string>;
    readonly remote: readonly string[];
    readonly scalars: readonly string[];
  },
): void => {
  refuseSource(outline, source);
  const actions = additions.actions.map(({ name }) => name);
  const types = typeGroups.flatMap((group) => additions.customTypes[group].map(({ name }) => name));
  // Without a namespace the remote schema's fields and types stand beside the project's own.
  const needed = new Set([...actions, ...types, ...(door === 'remote-schema' ? names.remote : [])]);
  for (const { name, isOwn } of outline.actions) {
    const isTaken = needed.has(name) || trackedNames.map(graphqlName).includes(name);
    if (isTaken && !isOwn) throw conflict(`an action ${name}`, 'Rename yours: an engine has each name once.');
  }
  for (const name of outline.types.keys()) {
    if (needed.has(name) && !names.own.has(name) && !names.scalars.includes(name))
      throw conflict(`a type ${name}`, 'Rename yours: an engine has each name once.');
  }
  const foreign = outline.remoteSchemas.find(
    (entry) => entry.name === remoteSchema.name && !isOwnRemoteSchema(entry),
  );
  if (door !== 'actions' && foreign !== undefined)
    throw conflict(`a remote schema ${remoteSchema.name} with another address`, 'Rename yours.');
  for (const { tables } of outline.sources) for (const table of tables) refuseTable(table);
};

const refuseSource = ({ sources }: Outline, source: string): void => {
  const found = sources.find(({ name }) => name === source);
  const names = sources.map(({ name }) => name).join(', ');
  if (found === undefined) {
    throw new MetadataProblem(
      `The project has no source ${source}${names === '' ? ', nor any other' : `; it has ${names}`}.`,
      names === ''
        ? "Add the database with Herald's schema to databases/databases.yaml first, or in the console."
        : 'Name the one whose database has the schema herald with --source.',
    );
  }
  if (!['postgres', 'citus', 'alloy'].includes(found.kind))
    throw new MetadataProblem(
      `The source ${source} is of the kind ${found.kind}; Herald's tables are in Postgres.`,
      'Name the source whose database has the schema herald with --source.',
    );
};

const refuseTable = (entry: JsonObject): void => {
  const { table, configuration } = entry;
  if (ownTable(entry) !== undefined || !isObject(table)) return;
  const settings = isObject(configuration) ? configuration : {};
  const roots = isObject(settings.custom_root_fields) ? Object.values(settings.custom_root_fields) : [];
  const prefix = table.schema === 'public' ? '' : `${textOf(table.schema) ?? ''}_`;
  const name = textOf(settings.custom_name) ?? `${prefix}${textOf(table.name) ?? ''}`;
  const taken = trackedNames.map(graphqlName).find((own) => own === name || roots.includes(own));
  if (taken !== undefined)
    throw conflict(
      `a table ${textOf(table.schema) ?? ''}.${textOf(table.name) ?? ''} that is ${taken} in GraphQL`,
      'Give it another custom_name in its configuration.',
    );
};

const conflict = (what: string, ...next: string[]): MetadataProblem =>
  new MetadataProblem(`The project has ${what} already, and it is not Herald's.`, ...next);

/** The entries of a list by name, of those that have one. */
export const named = (list: unknown): (JsonObject & { readonly name: string })[] =>
  objectsOf(list).filter(
    (entry): entry is JsonObject & { readonly name: string } => typeof entry.name === 'string',
  );
