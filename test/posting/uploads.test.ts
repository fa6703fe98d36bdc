import pg from 'pg';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { makePng } from '../media/files.ts';
import { type Answer, createWorld, type World } from '../support/world.ts';

let world: World;
let database: pg.Client;
let session: Record<string, string>;

beforeAll(async () => {
  // So that an upload that X does not finish is answered soon.
  world = await createWorld({ environment: { HERALD_ANSWER_WITHIN_MS: '1000' }, working: false });
  database = new pg.Client({ connectionString: world.databaseUrl });
  await database.connect();
  session = await world.session('alice', { 'x-hasura-user-id': 'owner-of-two' });
});
afterAll(async () => {
  await database.end();
  await world.close();
});

const upload = (more = {}): Promise<Answer> =>
  world.act('uploadTweetMedia', { input: { base64: makePng(64, 64).toString('base64'), ...more } }, session);

const look = async (id: string, variables = session) => (await world.act('xMedia', { id }, variables)).body;

const statusRequests = async (): Promise<unknown[]> => {
  const requests = (await (await fetch(`${world.sandbox.url}/_sandbox/requests`)).json()) as {
    method: string;
    path: string;
  }[];
  return requests.filter(({ method, path }) => method === 'GET' && path === '/2/media/upload');
};

/** A file that X never finishes. */
const stuck = async () => {
  await world.fault('media-stuck', { path: '/2/media/upload/*' });
  const { body } = await upload();
  expect(body.state).toBe('PROCESSING');
  await database.query('update herald.media set check_at = null where id = $1', [body.id]);
  return body;
};

it('asks X about a file only as the account that it was uploaded for', async () => {
  const { id } = await stuck();
  const before = (await statusRequests()).length;
  const asOther = await world.session('bob', { 'x-hasura-user-id': 'owner-of-two' });
  expect(await look(id, asOther)).toMatchObject({ id, state: 'PROCESSING' });
  expect(await statusRequests()).toHaveLength(before);
  await look(id);
  expect(await statusRequests()).toHaveLength(before + 1);
});

it('gives a file up once X says an hour later that it is not done, but not while X says nothing', async () => {
  const { id } = await stuck();
  await database.query(`update herald.media set created_at = now() - interval '2 hours' where id = $1`, [id]);
  await world.fault('503', { method: 'GET', path: '/2/media/upload', times: 3 });
  expect(await look(id)).toMatchObject({ state: 'PROCESSING' });
  expect(await look(id)).toMatchObject({ state: 'FAILED' });
});

it.each([
  ['base64', '/2/media/upload/*/finalize'],
  ['altText', '/2/media/metadata'],
])('names the field when X does not take it: %s', async (field, path) => {
  await world.fault('404', { path });
  const { status, body } = await upload({ altText: 'a square' });
  expect({ status, body }).toMatchObject({
    status: 400,
    body: { code: 'MEDIA_INVALID', extensions: { field } },
  });
});
