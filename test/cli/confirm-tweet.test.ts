import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { confirmTweet } from '../../src/cli/confirm-tweet.ts';
import { readSettings, type Settings } from '../../src/cli/settings.ts';
import {
  createKeptCredentials,
  createRestSeal,
  generateKeyring,
  loadKeyring,
} from '../../src/credentials/index.ts';
import type { LedgerPost, SealedCredential, TweetId, UserId, XCredentials } from '../../src/kernel/index.ts';
import { createXClient } from '../../src/x/index.ts';
import { newPostId } from '../ledger/fixture.ts';
import { type SandboxAccount, sandboxApp, startSandboxAccount } from '../x/sandbox-account.ts';

const keyring = await generateKeyring(new Date(), ['envelope', 'rest']);
let alice: SandboxAccount;
let settings: Settings;
let credential: SealedCredential;
let post: LedgerPost;

const sealFor = async (credentials: XCredentials, json = keyring): Promise<SealedCredential> =>
  createKeptCredentials(createRestSeal(await loadKeyring(json))).keep(credentials, {
    postId: post.id,
    userId: post.userId,
    xUserId: post.xUserId,
  });

const tweetAs = async (credentials: XCredentials, text: string): Promise<TweetId> => {
  const x = createXClient({ ...sandboxApp, apiUrl: alice.server.url, deadlineMs: 10_000 });
  const outcome = await x.createTweet(credentials, { text });
  x.close();
  if (outcome.kind !== 'created') throw new Error(outcome.kind);
  return outcome.tweetId;
};

beforeAll(async () => {
  alice = await startSandboxAccount('http');
  settings = await readSettings({
    DATABASE_URL: 'postgres://nobody@127.0.0.1:1/none',
    HERALD_KEYRING: keyring,
    X_APP_KEY: sandboxApp.appKey,
    X_APP_SECRET: sandboxApp.appSecret.reveal(),
    X_API_URL: alice.server.url.origin,
  });
  const userId = 'user-7' as UserId;
  post = { id: newPostId(), userId, xUserId: alice.credentials.xUserId } as LedgerPost;
  credential = await sealFor(alice.credentials);
});

afterAll(() => alice.sandbox.close());

describe('a tweet that somebody says is there', () => {
  it("is taken when X has it and the post's account wrote it", async () => {
    const tweetId = await tweetAs(alice.credentials, 'mine');
    await expect(confirmTweet(settings, post, credential, tweetId)).resolves.toBeUndefined();
  });

  it('is refused when X has none', async () => {
    await expect(confirmTweet(settings, post, credential, '20' as TweetId)).rejects.toThrow(
      'X has no tweet 20.',
    );
  });

  it('is refused when another account wrote it', async () => {
    const tweetId = await tweetAs(alice.credentials, 'hers');
    const other = { ...post, xUserId: '20' } as LedgerPost;
    const kept = createKeptCredentials(createRestSeal(await loadKeyring(keyring)));
    const owner = { postId: other.id, userId: other.userId, xUserId: other.xUserId };
    const sealed = await kept.keep(alice.credentials, owner);
    await expect(confirmTweet(settings, other, sealed, tweetId)).rejects.toThrow(
      /is by X account .* of 20\.$/,
    );
  });

  it('is refused without the key of the credentials, or without the keys of the application', async () => {
    const foreign = await sealFor(
      alice.credentials,
      await generateKeyring(new Date('2026-01-31'), ['envelope', 'rest']),
    );
    const ask = (given: Settings, sealed: SealedCredential) =>
      confirmTweet(given, post, sealed, '20' as TweetId);
    await expect(ask(settings, foreign)).rejects.toThrow(/do not open/);
    await expect(ask({ ...settings, x: undefined }, credential)).rejects.toThrow(/X_APP_KEY/);
  });
});
