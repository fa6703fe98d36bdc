import { setTimeout as sleep } from 'node:timers/promises';
import type { PostState, XCredentials, XMedia, XPost } from '../../src/kernel/index.ts';
import { act, type Door } from '../faults/support/calls.ts';
import { type Person, signIn } from '../faults/support/people.ts';
import { controlX, type XControl } from '../faults/support/x-control.ts';
import { makePng } from '../media/files.ts';
import { readRows } from '../support/postgres.ts';
import { createWorld, type World, type WorldOptions } from '../support/world.ts';

/** One request to create or delete a tweet, as Herald made it. */
export interface Sent {
  readonly xUserId: string;
  /** The text of a tweet that was to be created; undefined for a deletion. */
  readonly text?: string;
  /** The tweet that was to be deleted. */
  readonly tweetId?: string;
}

/** A world for threads: it remembers every request to X that creates or deletes something, however many there are. */
export interface Stage {
  readonly world: World;
  readonly x: XControl;
  readonly door: Door;
  signIn(username: string): Promise<Person>;
  sends(person: Person): readonly Sent[];
  deletions(person: Person): readonly string[];
  finals(): Promise<ReadonlySet<string>>;
  close(): Promise<void>;
}

/** Seconds in place of minutes; the proportions are those of the defaults. */
const SHORT_TIMES = {
  HERALD_X_DEADLINE_MS: '3000',
  HERALD_LEASE_MS: '12000',
  HERALD_SETTLE_WINDOW_MS: '3000',
  HERALD_ANSWER_WITHIN_MS: '2000',
} as const;

export const createStage = async (options: WorldOptions = {}): Promise<Stage> => {
  const sent: Sent[] = [];
  const of = ({ xUserId }: XCredentials) => xUserId;
  const world = await createWorld({
    ...options,
    environment: { ...SHORT_TIMES, ...options.environment },
    overrides: {
      ...options.overrides,
      aroundX: (x) => ({
        ...x,
        createTweet: (credentials, tweet, beforeSend) => {
          sent.push({ xUserId: of(credentials), text: tweet.text });
          return x.createTweet(credentials, tweet, beforeSend);
        },
        deleteTweet: (credentials, tweetId) => {
          sent.push({ xUserId: of(credentials), tweetId });
          return x.deleteTweet(credentials, tweetId);
        },
      }),
    },
  });
  const x = controlX(world.sandbox.url);
  const by = ({ xUserId }: Person) => sent.filter((one) => one.xUserId === xUserId);
  return {
    world,
    x,
    door: { url: world.url, secret: world.secret },
    signIn: (username) => signIn(x, username, { keyring: world.keyring }),
    sends: (person) => by(person).filter(({ text }) => text !== undefined),
    finals: watchFinals(world.databaseUrl),
    deletions: (person) => by(person).flatMap(({ tweetId }) => tweetId ?? []),
    close: () => world.close(),
  };
};

/** What the action door answered: a post, or a refusal. */
export type Told = XPost & Refusal;

export interface Refusal {
  readonly message?: string;
  readonly extensions?: {
    readonly code: string;
    readonly field: string | null;
    readonly userAction: string;
    readonly retryAt: string | null;
  };
}

export const ask = async <T = Told>(
  { door }: Pick<Stage, 'door'>,
  person: Person,
  operation: string,
  input: unknown,
): Promise<T> => (await act<T>(door, operation, { input }, person)).body;

/** Why Herald refused; undefined when it did not. */
export const codeOf = ({ extensions }: Refusal): string | undefined => extensions?.code;

/** The ids of a thread's files are Herald's. */
export const uploadPicture = async (
  stage: Pick<Stage, 'door'>,
  person: Person,
  altText?: string,
): Promise<XMedia> => {
  const base64 = makePng(8, 8).toString('base64');
  const media = await ask<XMedia & Refusal>(stage, person, 'uploadTweetMedia', { base64, altText });
  if (media.state !== 'READY') throw new Error(`The picture was not taken: ${JSON.stringify(media)}`);
  return media;
};

const FINAL: readonly PostState[] = ['SENT', 'PARTLY_SENT', 'FAILED', 'CANCELLED', 'NEEDS_REVIEW'];
const LOOK_EVERY_MS = 200;

/** The post once nothing happens to it any more by itself. */
export const settled = async (
  { door, finals }: Pick<Stage, 'door' | 'finals'>,
  person: Person,
  id: string,
  timeoutMs = 80_000,
): Promise<XPost> => {
  const deadline = performance.now() + timeoutMs;
  for (;;) {
    const isLast = performance.now() > deadline;
    if ((await finals()).has(id) || isLast) {
      const post = (await act<XPost>(door, 'xPost', { id }, person)).body;
      if (FINAL.includes(post.state)) return post;
      if (isLast) throw new Error(`Waited ${timeoutMs} ms for the post to be final: ${JSON.stringify(post)}`);
    }
  }
};

/** The ids of all posts that are final, now and then; whoever asks meanwhile shares the answer. */
const watchFinals = (databaseUrl: string): (() => Promise<ReadonlySet<string>>) => {
  let next: Promise<ReadonlySet<string>> | undefined;
  const look = async (): Promise<ReadonlySet<string>> => {
    await sleep(LOOK_EVERY_MS);
    next = undefined;
    const sql = 'select id from herald.post where state = any ($1::text[])';
    return new Set((await readRows<{ id: string }>(databaseUrl, sql, [FINAL])).map(({ id }) => id));
  };
  return () => {
    next ??= look();
    return next;
  };
};

/** At most `size` pieces of work at once. */
export const createTurnstile = (size: number): (<T>(work: () => Promise<T>) => Promise<T>) => {
  const waiting: (() => void)[] = [];
  let inside = 0;
  return async (work) => {
    if (inside >= size) await new Promise<void>((resolve) => waiting.push(resolve));
    else inside += 1;
    try {
      return await work();
    } finally {
      const next = waiting.shift();
      if (next) next();
      else inside -= 1;
    }
  };
};
