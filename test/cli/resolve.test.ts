import { afterAll, describe, expect, it } from 'vitest';
import {
  createKeptCredentials,
  createRestSeal,
  generateKeyring,
  loadKeyring,
} from '../../src/credentials/index.ts';
import type { PartState, PostId } from '../../src/kernel/index.ts';
import { createXClient } from '../../src/x/index.ts';
import { acceptClaimed, newPost, openTestLedger, openTestPool } from '../ledger/fixture.ts';
import { forceState, stateOf } from '../ledger/force-state.ts';
import { createTestDatabase } from '../support/postgres.ts';
import { sandboxApp, startSandboxAccount } from '../x/sandbox-account.ts';
import { createHerald } from './herald.ts';

const database = await createTestDatabase();
const ledger = await openTestLedger(database.url);
const pool = openTestPool(database.url);
const herald = createHerald({ DATABASE_URL: database.url, HERALD_POST_TTL_MS: '600000' });

const postIn = async (state: PartState): Promise<PostId> => {
  const credential = { kid: 'rest-1', sealed: Buffer.from('canary') };
  const { post } = await acceptClaimed(ledger, newPost({ credential }));
  await forceState(pool, post.id, 0, state);
  return post.id;
};

/** A tweet that is at X and whose post waits for a person, and a command line with everything it takes. */
const tweetInDoubt = async () => {
  const alice = await startSandboxAccount('http');
  afterAll(() => alice.sandbox.close());
  const keyring = await generateKeyring(new Date(), ['envelope', 'rest']);
  const kept = createKeptCredentials(createRestSeal(await loadKeyring(keyring)));
  const { xUserId } = alice.credentials;
  const draft = newPost({ xUserId });
  const credential = await kept.keep(alice.credentials, { postId: draft.id, userId: draft.userId, xUserId });
  const { post } = await acceptClaimed(ledger, { ...draft, credential });
  await forceState(pool, post.id, 0, 'NEEDS_REVIEW');
  const x = createXClient({ ...sandboxApp, apiUrl: alice.server.url, deadlineMs: 10_000 });
  const outcome = await x.createTweet(alice.credentials, { text: 'in doubt' });
  x.close();
  if (outcome.kind !== 'created') throw new Error(outcome.kind);
  const equipped = createHerald({
    DATABASE_URL: database.url,
    HERALD_KEYRING: keyring,
    X_APP_KEY: sandboxApp.appKey,
    X_APP_SECRET: sandboxApp.appSecret.reveal(),
    X_API_URL: alice.server.url.origin,
  });
  return { herald: equipped, post: post.id, tweetId: outcome.tweetId };
};

describe('herald posts resolve', () => {
  it('gives a post up', async () => {
    const id = await postIn('NEEDS_REVIEW');
    const { code, body } = await herald.json('posts', 'resolve', id, '--give-up');
    expect({ code, state: body.state }).toEqual({ code: 0, state: 'FAILED' });
    expect((await stateOf(pool, id)).state).toBe('FAILED');
  });

  it('has a post sent again, with a new time to live', async () => {
    const id = await postIn('NEEDS_REVIEW');
    const { code, body } = await herald.json('posts', 'resolve', id, '--send-it');
    expect({ code, state: body.state }).toEqual({ code: 0, state: 'QUEUED' });
    const delivery = await ledger.claimPost(id);
    expect(delivery?.credential?.kid).toBe('rest-1');
    const lifeMs = Number(delivery?.post.expiresAt) - Date.now();
    expect(lifeMs).toBeGreaterThan(0);
    expect(lifeMs).toBeLessThanOrEqual(600_000);
  });

  it.each([['--send-it'], ['--give-up']])(
    'refuses %s while Herald still looks for the post',
    async (option) => {
      const id = await postIn('UNKNOWN');
      const { code, output } = await herald('posts', 'resolve', id, option);
      expect(code).toBe(1);
      expect(output).toMatch(/^The post is UNKNOWN\. Herald still looks for it/);
      expect((await stateOf(pool, id)).state).toBe('UNKNOWN');
    },
  );

  it.each<PartState>(['SENT', 'QUEUED', 'FAILED'])('refuses a post that is %s', async (state) => {
    const id = await postIn(state);
    const { code, output } = await herald('posts', 'resolve', id, '--it-is-there', '20');
    expect(code).toBe(1);
    expect(output).toMatch(new RegExp(`^The post is ${state}\\. It is not in doubt`));
    expect((await stateOf(pool, id)).state).toBe(state);
  });

  it.each(['status/20', '0', '-', 'x'.repeat(30)])('refuses %j as the id of a tweet', async (tweetId) => {
    const id = await postIn('NEEDS_REVIEW');
    const { code, output } = await herald('posts', 'resolve', id, `--it-is-there=${tweetId}`);
    expect(code).toBe(1);
    expect(output).toMatch(/takes the id of a tweet/);
  });

  it('asks X with the credentials that are kept, and believes X', async () => {
    const { herald: equipped, post, tweetId } = await tweetInDoubt();
    const wrong = await equipped('posts', 'resolve', post, '--it-is-there', '20');
    expect(wrong).toMatchObject({ code: 1, output: expect.stringMatching(/^X has no tweet 20\./) });
    expect((await equipped('posts', 'resolve', post, '--it-is-there', tweetId)).code).toBe(0);
    expect(await stateOf(pool, post)).toMatchObject({ state: 'SENT', tweet_id: tweetId });
  });

  it('sends nothing for a post whose credentials are gone', async () => {
    const id = await postIn('NEEDS_REVIEW');
    await pool.query('delete from herald.post_credential where post_id = $1', [id]);
    const { code, output } = await herald('posts', 'resolve', id, '--send-it');
    expect(code).toBe(1);
    expect(output).toContain('resolveTweet');
    expect((await stateOf(pool, id)).state).toBe('NEEDS_REVIEW');
  });

  it('takes nobody at their word who cannot show the tweet to Herald', async () => {
    const id = await postIn('NEEDS_REVIEW');
    const { code, output } = await herald('posts', 'resolve', id, '--it-is-there', '20');
    expect(code).toBe(1);
    expect(output).toContain('resolveTweet');
    expect((await stateOf(pool, id)).state).toBe('NEEDS_REVIEW');
  });
});
