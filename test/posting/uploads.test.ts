import pg from 'pg';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { XMedia } from '../../src/kernel/index.ts';
import { makePng } from '../media/files.ts';
import { createWorld, type World } from '../support/world.ts';

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

const upload = async (): Promise<{ status: number; body: XMedia & { code: string } }> => {
  const input = { base64: makePng(64, 64).toString('base64') };
  return (await world.act('uploadTweetMedia', { input }, session)) as never;
};

const look = async (id: string, variables = session): Promise<XMedia> =>
  (await world.act('xMedia', { id }, variables)).body as never;

const statusRequests = async (): Promise<unknown[]> => {
  const requests = (await (await fetch(`${world.sandbox.url}/_sandbox/requests`)).json()) as {
    method: string;
    path: string;
  }[];
  return requests.filter(({ method, path }) => method === 'GET' && path === '/2/media/upload');
};

const stuck = async (): Promise<XMedia> => {
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
