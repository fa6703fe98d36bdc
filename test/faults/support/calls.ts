import { setTimeout as sleep } from 'node:timers/promises';
import type { PostState, XPost, XPostPage } from '../../../src/kernel/index.ts';
import type { Person } from './people.ts';

/** What the action door answered: a post, or a refusal with a code. */
export interface Answer {
  readonly status: number;
  readonly body: XPost & { readonly code?: string; readonly message?: string };
}

/** Where Herald listens and what Hasura shows it. */
export interface Door {
  readonly url: string;
  readonly secret: string;
}

const FINAL: readonly PostState[] = ['SENT', 'PARTLY_SENT', 'FAILED', 'CANCELLED', 'NEEDS_REVIEW'];
const SETTLE_TIMEOUT_MS = 60_000;
const POLL_MS = 100;

/** One action as Hasura sends it. Throws when no answer comes, as when Herald dies meanwhile. */
export const act = async <T = Answer['body']>(
  { url, secret }: Door,
  operation: string,
  input: unknown,
  { variables }: Person,
): Promise<{ readonly status: number; readonly body: T }> => {
  const response = await fetch(`${url}/hasura/actions`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'x-hasura-webhook-secret': secret },
    body: JSON.stringify({ action: { name: operation }, input, session_variables: variables }),
  });
  return { status: response.status, body: (await response.json()) as T };
};

/** Posts a text; `more` goes into the input beside it. */
export const post = (door: Door, person: Person, text: string, more: object = {}): Promise<Answer> =>
  act(door, 'postTweet', { input: { text, ...more } }, person);

export const readPost = async (door: Door, person: Person, id: string): Promise<XPost> =>
  (await act(door, 'xPost', { id }, person)).body;

/** The person's posts, newest first. */
export const readPosts = async (door: Door, person: Person): Promise<readonly XPost[]> =>
  (await act<XPostPage>(door, 'xPosts', { input: { first: 100 } }, person)).body.posts;

/** Asks until `find` gives something; throws with the last answer when it never does. */
export const until = async <T, U>(
  what: string,
  ask: () => Promise<T>,
  find: (answer: T) => U | undefined | false,
  timeoutMs = SETTLE_TIMEOUT_MS,
): Promise<U> => {
  const deadline = performance.now() + timeoutMs;
  for (;;) {
    const answer = await ask();
    const found = find(answer);
    if (found !== undefined && found !== false) return found;
    if (performance.now() > deadline)
      throw new Error(`Waited ${timeoutMs} ms for ${what}; the last was ${JSON.stringify(answer)}`);
    await sleep(POLL_MS);
  }
};

/** The post once nothing happens to it any more by itself. */
export const settled = (door: Door, person: Person, id: string, timeoutMs?: number): Promise<XPost> =>
  until(
    `post ${id} to be final`,
    () => readPost(door, person, id),
    (current) => FINAL.includes(current.state) && current,
    timeoutMs,
  );
