import { afterEach, expect, it } from 'vitest';
import type { PostId } from '../../src/kernel/index.ts';
import { createWorld, type World } from '../support/world.ts';

let world: World;

afterEach(() => world.close());

it('answers a thread as it is when its user cancels it between two parts', async () => {
  let beforeClaim = async (_id: PostId): Promise<void> => {};
  world = await createWorld({
    working: false,
    overrides: {
      aroundLedger: (ledger) => ({
        ...ledger,
        claimPost: async (id) => {
          await beforeClaim(id);
          return ledger.claimPost(id);
        },
      }),
    },
  });
  const session = await world.session('alice');
  beforeClaim = async (id) => {
    expect((await world.act('cancelTweet', { input: { id } }, session)).status).toBe(200);
  };
  const input = { parts: [{ text: 'one' }, { text: 'two' }, { text: 'three' }] };
  const { body } = await world.act('postThread', { input }, session);
  expect(body).toMatchObject({
    state: 'PARTLY_SENT',
    parts: [{ state: 'SENT' }, { state: 'CANCELLED' }, { state: 'CANCELLED' }],
  });
  expect((await world.tweets()).map(({ text }) => text)).toEqual(['one']);
});
