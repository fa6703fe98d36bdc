import assert from 'node:assert/strict';
import { loadKeyring, sealPair } from '../../src/credentials/index.ts';
import type { UserId } from '../../src/kernel/index.ts';
import type { Secrets } from './secrets.ts';

/**
 * Posts as the sandbox's user alice through Herald, in the form in which Hasura calls an action, and finds the tweet on
 * the sandbox's timeline. Gives the tweet's id.
 */
export async function postTweet(heraldUrl: string, sandboxUrl: string, secrets: Secrets): Promise<string> {
  const alice = await readJson<Alice>(`${sandboxUrl}/_sandbox/users`, { username: 'alice' });
  const text = `From the image, ${new Date().toISOString()}`;
  const headers = { 'x-hasura-webhook-secret': secrets.HERALD_WEBHOOK_SECRET };
  const action = {
    action: { name: 'postTweet' },
    input: { input: { text } },
    session_variables: await sessionOf(alice, secrets.HERALD_KEYRING),
    request_query: null,
  };
  const post = await readJson<Post>(`${heraldUrl}/hasura/actions`, action, headers);
  assert.equal(post.state, 'SENT', JSON.stringify(post));
  const timeline = await readJson<readonly Tweet[]>(`${sandboxUrl}/_sandbox/tweets`);
  const tweet = timeline.find(({ id }) => id === post.tweetId);
  assert.deepEqual([tweet?.text, tweet?.author_id], [text, alice.id]);
  return post.tweetId;
}

interface Alice {
  readonly id: string;
  readonly access_token: string;
  readonly access_token_secret: string;
}

interface Post {
  readonly state: string;
  readonly tweetId: string;
}

interface Tweet {
  readonly id: string;
  readonly text: string;
  readonly author_id: string;
}

async function sessionOf(alice: Alice, keyringJson: string): Promise<Record<string, string>> {
  const userId = `twitter|${alice.id}` as UserId;
  const sealed = await sealPair(
    await loadKeyring(keyringJson),
    { accessToken: alice.access_token, accessTokenSecret: alice.access_token_secret },
    { userId, expiresAt: new Date(Date.now() + 600_000) },
  );
  return {
    'x-hasura-role': 'user',
    'x-hasura-user-id': userId,
    'x-hasura-access-token': sealed.accessToken,
    'x-hasura-access-token-secret': sealed.accessTokenSecret,
  };
}

/** GET, or POST when there is a body; fails on anything but 2xx. */
async function readJson<T>(url: string, body?: unknown, headers: Record<string, string> = {}): Promise<T> {
  const request =
    body === undefined
      ? {}
      : {
          method: 'POST',
          body: JSON.stringify(body),
          headers: { 'content-type': 'application/json', ...headers },
        };
  const answer = await fetch(url, request);
  const answerText = await answer.text();
  assert.ok(answer.ok, `${url} answered ${answer.status}: ${answerText}`);
  return JSON.parse(answerText);
}
