import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { chown, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { generateKeyring, loadKeyring, sealPair } from '../../src/credentials/index.ts';
import type { UserId } from '../../src/kernel/index.ts';

const IMAGE_USER = 10001;

/** Fresh secrets for one run: the file names are those of the variables in lower case, e.g. `herald_keyring`. */
export interface Secrets {
  readonly HERALD_KEYRING: string;
  readonly HERALD_WEBHOOK_SECRET: string;
  readonly X_APP_KEY: string;
  readonly X_APP_SECRET: string;
}

export function makeSecrets(): Secrets {
  return {
    HERALD_KEYRING: generateKeyring(new Date()),
    HERALD_WEBHOOK_SECRET: randomBytes(32).toString('base64'),
    X_APP_KEY: randomBytes(16).toString('hex'),
    X_APP_SECRET: randomBytes(32).toString('hex'),
  };
}

/**
 * Writes the secrets into `dir`, readable by the image's user alone, and gives the `NAME_FILE` variables that point to
 * them where a container mounts that folder.
 */
export async function writeSecrets(secrets: Secrets, dir: string): Promise<Record<string, string>> {
  await mkdir(dir, { mode: 0o755 });
  const variables: Record<string, string> = {};
  for (const [name, value] of Object.entries(secrets)) {
    const file = join(dir, name.toLowerCase());
    await writeFile(file, value, { mode: 0o400 });
    await chown(file, IMAGE_USER, IMAGE_USER);
    variables[`${name}_FILE`] = `/run/secrets/${name.toLowerCase()}`;
  }
  return variables;
}

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
