import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { Kind, parse } from 'graphql';
import { stringify } from 'yaml';
import { afterFile } from '../../support/cleanup.ts';
import { type Engine, type EngineOptions, startEngine } from '../../support/engine/index.ts';

/** A metadata directory: what stands in each file, as text or as what becomes YAML. */
export type Files = Readonly<Record<string, unknown>>;

export const ADMIN_SECRET = 'admin-secret-of-the-test';
export const AS_ADMIN = { 'x-hasura-admin-secret': ADMIN_SECRET };
/** As a backend does: the admin secret, and the user it acts for. */
export const AS_USER = { ...AS_ADMIN, 'x-hasura-role': 'user', 'x-hasura-user-id': '42' };

export const writeProject = async (files: Files): Promise<string> => {
  const folder = await mkdtemp(join(tmpdir(), 'engine-project-'));
  afterFile(() => rm(folder, { recursive: true, force: true }));
  for (const [path, content] of Object.entries({ 'version.yaml': { version: 3 }, ...files })) {
    await mkdir(dirname(join(folder, path)), { recursive: true });
    await writeFile(join(folder, path), typeof content === 'string' ? content : stringify(content));
  }
  return folder;
};

/** `actions.yaml` for an SDL: an action for each root field, with the same definition. */
export const actionsFor = (sdl: string, definition: object = {}, role = 'user'): Files => {
  const names = parse(sdl).definitions.flatMap((node) =>
    node.kind === Kind.OBJECT_TYPE_DEFINITION && ['Query', 'Mutation'].includes(node.name.value)
      ? (node.fields ?? []).map((field) => field.name.value)
      : [],
  );
  return {
    'actions.graphql': sdl,
    'actions.yaml': {
      actions: names.map((name) => ({
        name,
        definition: { kind: 'synchronous', handler: '{{HANDLER}}/actions', ...definition },
        permissions: [{ role }],
      })),
      custom_types: { enums: [], input_objects: [], objects: [], scalars: [] },
    },
  };
};

/** Starts the stand-in for a project; closed after the file. */
export const startProject = async (
  files: Files,
  environment: Record<string, string>,
  wait?: EngineOptions['wait'],
): Promise<Engine> => {
  const engine = await startEngine({
    metadata: await writeProject(files),
    environment: { HASURA_GRAPHQL_ADMIN_SECRET: ADMIN_SECRET, ...environment },
    ...(wait === undefined ? {} : { wait }),
  });
  afterFile(() => engine.close());
  return engine;
};
