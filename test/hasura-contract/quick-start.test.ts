import { randomUUID } from 'node:crypto';
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { beforeAll, describe, expect, inject, it } from 'vitest';
import { parse, stringify } from 'yaml';
import type { XPost } from '../../src/kernel/index.ts';
import { openBrowser } from '../../src/local/browser.ts';
import { startHandler } from '../engine/support/handler.ts';
import { createScene, type Herald } from '../faults/support/scene.ts';
import { createFolder, readFolder } from '../hasura/projects.ts';
import { afterFile } from '../support/cleanup.ts';
import { type Engine, type GraphqlResult, startEngine } from '../support/engine/index.ts';
import { ask } from '../support/engine-client.ts';
import { cloneDatabase, readRows, runSql } from '../support/postgres.ts';
import { startScript } from '../support/processes.ts';
import { foreignProject, foreignTables } from './support/foreign-project.ts';
import { bearerOf, JWT_SECRET } from './support/house.ts';
import { readPage } from './support/page.ts';

/*
 * The ten steps of docs/hasura.md as a new user takes them, with the stand-in in place of the engine. Commands, documents,
 * variables and grants are read from the pages, so that these cannot say anything that does not work.
 */

const page = readPage('docs/hasura.md');
const start = page.section('I have a Hasura project');
const signIn = readPage('docs/sign-in.md').section('You already have auth');
const [clients, returnTo] = [
  signIn.code(/^HERALD_CLIENTS=/).replace(/^HERALD_CLIENTS='(.*)'$/, '$1'),
  /returnTo: "([^"]+)"/.exec(signIn.text)?.[1] ?? '',
];

const server = inject('postgres');
const database = await cloneDatabase(server, 'template0');
const engineRole = `hasura_${randomUUID().slice(0, 8)}`;
afterFile(() => runSql(server.url, `drop role ${engineRole}`));
afterFile(() => database.drop());
const scene = await createScene({ databaseUrl: database.url, environment: { HERALD_CLIENTS: clients } });
afterFile(() => scene.close());
const app = await startHandler();
const project = createFolder(foreignProject);
const inProject = (path: string): string => join(project, path);
const POST_TABLE = 'meta/databases/default/tables/herald_post.yaml';

const userId = randomUUID();
let user: { readonly authorization: string };
let herald: Herald;
let engine: Engine;

beforeAll(async () => {
  await runSql(database.url, foreignTables(userId));
  await runSql(server.url, `create role ${engineRole} nologin`);
  await runSql(database.url, `grant select on all tables in schema public to ${engineRole}`);
  await scene.x.account('newcomer');
  user = await bearerOf({ 'x-hasura-role': 'user', 'x-hasura-user-id': userId });
});

/** Runs a command line of the page in the project's directory, with the Herald of a directory. */
const run = async (line: string, of = '.') => {
  const [name, ...words] = line.trim().split(' ');
  expect(name).toBe('herald');
  const child = startScript(resolve(of, 'src/cli/main.ts'), words, {
    cwd: project,
    env: { PATH: process.env.PATH },
  });
  return { ...(await child.waitForExit()), output: child.output };
};
const commandOf = (step: number): string => start.step(step).blocks('sh')[0] ?? '';
const askAsUser = async <Data>(query: string, variables: object = {}): Promise<Data> => {
  const { data, errors } = await ask<Data>(engine, query, user, { variables });
  expect(errors).toBeUndefined();
  return data;
};
/** The database as the engine sees it: with the rights of its own role. */
const databaseOfEngine = (): string => {
  const url = new URL(database.url);
  url.searchParams.set('options', `-c role=${engineRole} -c timezone=UTC`);
  return url.href;
};

const firstResult = (query: string): Promise<GraphqlResult> =>
  new Promise((resolve) => {
    const watching = engine.subscribe({ query }, user, (first) => {
      resolve(first);
      void watching.stop();
    });
  });

/** An engine with the project as it is now, in an environment with the variables that the page names. */
const applyMetadata = async (): Promise<Engine> => {
  const values: Record<string, string> = { HERALD_URL: herald.url, HERALD_WEBHOOK_SECRET: herald.secret };
  const named = [...start.step(5).text.matchAll(/`([A-Z_]+)(?:=(\w+))?`/g)];
  const applied = await startEngine({
    metadata: project,
    environment: {
      APP_URL: app.url,
      PG_DATABASE_URL: databaseOfEngine(),
      HASURA_GRAPHQL_JWT_SECRET: JWT_SECRET,
      ...Object.fromEntries(named.map(([, name = '', value]) => [name, value ?? values[name]])),
    },
  });
  afterFile(() => applied.close());
  return applied;
};

/** This Herald with another description in its SDL. */
const nextVersion = (from: string, to: string): string => {
  const folder = mkdtempSync(join(tmpdir(), 'herald-next-'));
  afterFile(() => rmSync(folder, { recursive: true, force: true }));
  for (const path of ['src', 'graphql', 'package.json'])
    cpSync(path, join(folder, path), { recursive: true });
  symlinkSync(resolve('node_modules'), join(folder, 'node_modules'));
  const sdl = join(folder, 'graphql/schema.graphql');
  const text = readFileSync(sdl, 'utf8');
  expect(text).toContain(from);
  writeFileSync(sdl, text.replace(from, to));
  return folder;
};

const FOREIGN = '{ post { name } posts { name } accounts { name } media { name } users { name } }';

describe('the quick start', () => {
  it('1: Herald makes its own schema in the database of the engine', async () => {
    herald = await scene.start({ script: 'src/main.ts' });
    const schemas = await readRows(database.url, `select from pg_namespace where nspname = 'herald'`);
    expect(schemas).toHaveLength(1);
  });

  it('2: the engine’s role may read what roles may see, and nothing sealed', async () => {
    const grant = start.step(2).code(/^grant /);
    await runSql(database.url, grant.replace(/<.+>/, engineRole));
    const read = (what: string) => readRows(databaseOfEngine(), `select ${what}`);
    expect(await read('state from herald.post')).toEqual([]);
    await expect(read('* from herald.account_key')).rejects.toThrow('permission denied');
  });

  it('3 and 4: sync adds, and every line that was there is still there', async () => {
    expect(await run(commandOf(3))).toMatchObject({ code: 0 });
    const after = readFolder(project);
    for (const [path, text] of foreignProject) {
      const lines = after.get(path)?.split('\n');
      for (const line of text.split('\n')) expect(lines).toContain(line);
    }
    expect(after.has(POST_TABLE)).toBe(true);
  });

  it('5 and 6: the engine takes the metadata, with the variables that the page names', async () => {
    engine = await applyMetadata();
    expect(engine.inconsistent()).toEqual([]);
  });

  it('what the project had works as before', async () => {
    expect(await askAsUser(FOREIGN)).toEqual({
      post: [{ name: 'of post' }],
      posts: [{ name: 'of posts' }],
      accounts: [{ name: 'of accounts' }],
      media: [{ name: 'of media' }],
      users: [{ name: 'of users' }],
    });
    app.answer({ body: { id: '1', at: null } });
    expect(await askAsUser('mutation { signUp(email: "a@b.example") { id } }')).toEqual({
      signUp: { id: '1' },
    });
    app.answer({ body: true });
    expect(await askAsUser('mutation { post(title: "mine") }')).toEqual({ post: true });
  });

  it('7: an account is connected', async () => {
    const [startConnect = '', connect = ''] = signIn.blocks('graphql');
    const { startXConnect } = await askAsUser<{ startXConnect: { url: string } }>(startConnect);
    const back = await openBrowser().travel(startXConnect.url, 'newcomer', returnTo);
    const code = back.searchParams.get('code');
    expect(await askAsUser(connect, { code })).toMatchObject({
      connectXAccount: { username: 'newcomer', isDefault: true },
    });
  });

  it('8 and 9: it posts, and a subscription on herald_post shows it', async () => {
    const [mutation = ''] = start.step(8).blocks('graphql');
    const { postTweet } = await askAsUser<{ postTweet: XPost & { post: object } }>(mutation);
    expect(postTweet).toMatchObject({
      state: 'SENT',
      post: { created_at: expect.any(String) },
    });
    const [tweet] = await scene.x.tweets('newcomer');
    expect(tweet?.text).toBe('Hello');
    expect(postTweet.url).toContain(tweet?.id);
    const query = start.step(9).code(/^subscription /);
    expect(await firstResult(query)).toEqual({
      data: { herald_post: [{ id: postTweet.id, state: 'SENT', parts: [{ tweet_id: tweet?.id }] }] },
    });
  });

  it('10: CI finds nothing to change', async () => {
    expect(await run(commandOf(10))).toMatchObject({ code: 0 });
  });
});

describe('after the quick start', () => {
  it('a relationship to users of the project, as the page has it, is none of sync’s business', async () => {
    const [block = ''] = page.section('Relating posts to your users').blocks('yaml');
    const before = readFileSync(inProject(POST_TABLE), 'utf8');
    const table = parse(before) as { object_relationships: unknown[] };
    table.object_relationships.push(...(parse(block) as unknown[]));
    writeFileSync(inProject(POST_TABLE), stringify(table));
    expect(await run(commandOf(10))).toMatchObject({ code: 0 });
    const { data } = await ask(await applyMetadata(), '{ herald_post { author { name } } }', user);
    expect(data).toEqual({ herald_post: [{ author: { name: 'of users' } }] });
    writeFileSync(inProject(POST_TABLE), before);
  });

  it('a Herald whose words changed fails the check until sync', async () => {
    const next = nextVersion('Posts one tweet', 'Posts a single tweet');
    const check = await run(commandOf(10), next);
    expect(check).toMatchObject({ code: 1, output: expect.stringContaining('Posts a single tweet') });
    expect(await run(commandOf(3), next)).toMatchObject({ code: 0 });
    expect(await run(commandOf(10), next)).toMatchObject({ code: 0 });
    expect(readFileSync(inProject('meta/actions.yaml'), 'utf8')).toContain('Posts a single tweet');
    expect(await run(commandOf(10))).toMatchObject({ code: 1 });
  });

  it('--remove gives everything back, byte for byte', async () => {
    const [remove = ''] = page.section('Uninstalling').blocks('sh');
    expect(await run(remove)).toMatchObject({ code: 0 });
    expect(Object.fromEntries(readFolder(project))).toEqual(Object.fromEntries(foreignProject));
  });
});
