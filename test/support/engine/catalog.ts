import { type Action, type ActionTypes, readActions, readActionTypes } from './actions.ts';
import { type Database, openDatabase } from './database.ts';
import { configuredHeaders, type Environment, fillTemplate } from './headers.ts';
import type { Metadata } from './metadata.ts';
import { introspect, type RemoteSchema, viewRemote } from './remote-schema.ts';
import { buildRoleSchema, type RoleSchema } from './role-schema.ts';
import { findTableProblems, readableTables } from './tables.ts';

/** The metadata in use: what each role can ask for, and what could not be used. */
export interface Catalog {
  readonly types: ActionTypes;
  problems(): readonly string[];
  /** Throws {@link EngineError} when names clash. */
  schemaOf(role: string): RoleSchema;
  loadRemote(name: string): Promise<void>;
  close(): Promise<void>;
}

/** HASURA_GRAPHQL_ENABLE_REMOTE_SCHEMA_PERMISSIONS */
const PERMISSIONS = 'HASURA_GRAPHQL_ENABLE_REMOTE_SCHEMA_PERMISSIONS';

export const openCatalog = async (metadata: Metadata, environment: Environment): Promise<Catalog> => {
  const problems = new Problems();
  const databases = await openSources(metadata, environment, problems);
  const types = readActionTypes(metadata);
  const actions = await usableActions(metadata, types, environment, problems);
  const remotes = new Map<string, RemoteSchema>();
  const roles = new Map<string, RoleSchema>();

  const build = (role: string): RoleSchema => {
    const tables = metadata.sources.flatMap((source) => {
      const database = databases.get(source.name);
      return database === undefined ? [] : [...readableTables(source, database, role)];
    });
    const enabled = environment[PERMISSIONS] === 'true';
    const views = [...remotes.values()].flatMap((remote) => viewRemote(remote, role, enabled) ?? []);
    return buildRoleSchema({ role, actions, types, tables: new Map(tables), remotes: views });
  };
  const schemaOf = (role: string): RoleSchema => {
    const schema = roles.get(role) ?? build(role);
    roles.set(role, schema);
    return schema;
  };
  const loadRemote = async (name: string): Promise<void> => {
    const entry = metadata.remoteSchemas.find((remote) => remote.name === name);
    const remote =
      entry && (await problems.catch(`remote schema ${name}`, () => introspect(entry, environment)));
    if (remote === undefined) remotes.delete(name);
    else remotes.set(name, remote);
    roles.clear();
  };

  for (const { name } of metadata.remoteSchemas) await loadRemote(name);
  await problems.catch('schema', () => schemaOf('admin'));
  return {
    types,
    problems: () => problems.all(),
    schemaOf,
    loadRemote,
    close: async () => {
      for (const database of databases.values()) await database.close();
    },
  };
};

/** What cannot be used is left out, and said. */
class Problems {
  readonly #found = new Map<string, string>();

  async catch<T>(object: string, work: () => T | Promise<T>): Promise<T | undefined> {
    try {
      const result = await work();
      this.#found.delete(object);
      return result;
    } catch (error) {
      this.#found.set(object, `${object}: ${(error as Error).message}`);
      return undefined;
    }
  }

  add(problem: string): void {
    this.#found.set(problem, problem);
  }

  all(): readonly string[] {
    return [...this.#found.values()];
  }
}

const openSources = async (
  { sources }: Metadata,
  environment: Environment,
  problems: Problems,
): Promise<ReadonlyMap<string, Database>> => {
  const databases = new Map<string, Database>();
  for (const source of sources) {
    const { database_url: url } = source.configuration.connection_info;
    const database = await problems.catch(`source ${source.name}`, () =>
      openDatabase(typeof url === 'string' ? url : fillTemplate(`{{${url.from_env}}}`, environment)),
    );
    if (database === undefined) continue;
    databases.set(source.name, database);
    for (const { message } of findTableProblems(source, database)) problems.add(message);
  }
  return databases;
};

/** The actions whose handler and headers the environment is complete for. */
const usableActions = async (
  metadata: Metadata,
  types: ActionTypes,
  environment: Environment,
  problems: Problems,
): Promise<readonly Action[]> => {
  const usable: Action[] = [];
  for (const action of (await problems.catch('actions', () => readActions(metadata, types))) ?? [])
    await problems.catch(`action ${action.name}`, () => {
      fillTemplate(action.definition.handler, environment);
      configuredHeaders(action.definition.headers, environment);
      usable.push(action);
    });
  return usable;
};
