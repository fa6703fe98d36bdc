import { afterAll, beforeAll, expect, it } from 'vitest';
import { createWorld, type World } from '../support/world.ts';

let world: World;

beforeAll(async () => {
  world = await createWorld({ working: false });
});
afterAll(() => world.close());

const post = async (session: Record<string, string>) =>
  (await world.act('postTweet', { input: { text: `tweet ${crypto.randomUUID()}` } }, session)).body;

it('deletes once, counts it once, and answers a repeat as the first time', async () => {
  const alice = await world.session('alice');
  const { id, tweetId } = await post(alice);
  const remove = () => world.act('deleteTweet', { input: { tweetId } }, alice);
  const [first, second] = [await remove(), await remove()];
  expect(first).toMatchObject({ status: 200, body: { tweetId } });
  expect(second).toEqual(first);
  const { body } = await world.act('xPost', { id }, alice);
  expect(body).toMatchObject({
    state: 'SENT',
    deletedAt: first.body.deletedAt,
    costMicroUsd: 25_000,
    parts: [{ deletedAt: first.body.deletedAt }],
  });
});

it("is NOT_FOUND for another account's tweet, which stays", async () => {
  const { tweetId } = await post(await world.session('alice'));
  const answer = await world.act('deleteTweet', { input: { tweetId } }, await world.session('bob'));
  expect(answer).toMatchObject({
    status: 404,
    body: { code: 'NOT_FOUND', extensions: { field: 'tweetId' } },
  });
  expect((await world.tweets()).map(({ id }) => id)).toContain(tweetId);
});

it('has a connected account reconnect when X no longer takes its credentials', async () => {
  const bob = await world.session('bob');
  const { body: account } = await world.act('connectXAccount', { input: {} }, bob);
  const { tweetId } = await post(bob);
  await world.fault('401', { method: 'DELETE', path: '/2/tweets/*' });
  const input = { tweetId, accountId: account.id };
  expect((await world.act('deleteTweet', { input }, bob)).body).toMatchObject({
    code: 'ACCOUNT_NEEDS_RECONNECT',
  });
  expect((await world.act('xAccounts', {}, bob)).body).toMatchObject([
    { id: account.id, state: 'NEEDS_RECONNECT' },
  ]);
});
