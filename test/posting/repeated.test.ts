import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createWorld, type World } from '../support/world.ts';

let world: World;
let session: Record<string, string>;

beforeAll(async () => {
  world = await createWorld({ working: false });
  session = await world.session('alice');
});
afterAll(() => world.close());

const postTwice = async (operation: string, first: object, second: object) => {
  const idempotencyKey = crypto.randomUUID();
  const send = (input: object) => world.act(operation, { input: { ...input, idempotencyKey } }, session);
  return [(await send(first)).body, (await send(second)).body] as const;
};

describe('the same input', () => {
  const thread = { parts: [{ text: 'one' }, { text: 'two' }] };
  it.each([
    ['postTweet', { text: 'policy' }, { text: 'policy', linkPolicy: 'ALLOW' }],
    ['postTweet', { text: 'label', madeWithAi: null, mediaIds: [] }, { text: 'label', madeWithAi: false }],
    ['postThread', thread, { ...thread, onPartFailure: 'RESUME', linkPolicy: 'ALLOW' }],
  ])('may say what absence means: %s %j %j', async (operation, first, second) => {
    const [stored, repeated] = await postTwice(operation, first, second);
    expect(repeated).toMatchObject({ id: stored.id, deduplicated: true });
  });

  it.each([
    ['postTweet', { text: 'links' }, { text: 'links', linkPolicy: 'STRIP' }],
    ['postThread', { ...thread, text: null }, { ...thread, onPartFailure: 'STOP' }],
  ])('is another one with another policy: %s %j %j', async (operation, first, second) => {
    const [, repeated] = await postTwice(operation, first, second);
    expect(repeated).toMatchObject({ code: 'IDEMPOTENCY_KEY_REUSED' });
  });
});

it('finds the post of a key although its account may no longer post so long', async () => {
  const database = new pg.Client({ connectionString: world.databaseUrl });
  await database.connect();
  const { body: me } = await world.act('xMe', {}, session);
  await database.query('insert into herald.x_account (x_user_id, weighted_limit) values ($1, 1000)', [
    me.xUserId,
  ]);
  const input = { text: 'long '.repeat(100), idempotencyKey: 'long' };
  const { body: stored } = await world.act('postTweet', { input }, session);
  await database.query('delete from herald.x_account');
  await database.end();
  expect(stored.parts).toHaveLength(1);
  expect((await world.act('postTweet', { input }, session)).body).toMatchObject({ id: stored.id });
  const { body } = await world.act('postTweet', { input: { ...input, idempotencyKey: 'new' } }, session);
  expect(body).toMatchObject({ code: 'TEXT_TOO_LONG' });
});
