import { randomUUID } from 'node:crypto';
import { beforeAll, describe, expect, it } from 'vitest';
import type { MediaId, PartState, PostId, PostState } from '../../src/kernel/index.ts';
import {
  acceptClaimed,
  created,
  newPost,
  newThread,
  newUserId,
  openTestLedger,
  openTestPool,
  rejected,
  unknown,
} from '../ledger/fixture.ts';
import { forceState, stateOf } from '../ledger/force-state.ts';
import { createTestDatabase } from '../support/postgres.ts';
import { createHerald } from './herald.ts';

const database = await createTestDatabase();
const ledger = await openTestLedger(database.url);
const pool = openTestPool(database.url);
const herald = createHerald({ DATABASE_URL: database.url, X_APP_SECRET: 'canary', X_APP_KEY: 'app' });

const credential = { kid: 'rest-1', sealed: Buffer.from('canary') };

/** A post of one part in this state. */
const postIn = async (state: PartState, changed: Parameters<typeof newPost>[0] = {}): Promise<PostId> => {
  const { post } = await acceptClaimed(ledger, newPost({ credential, ...changed }));
  if (state !== 'SENDING') await forceState(pool, post.id, 0, state);
  return post.id;
};

interface PostBody {
  readonly id: string;
  readonly state: PostState;
  readonly next: readonly string[];
  readonly parts: readonly { readonly state: PartState; readonly text: string | null }[];
  readonly history: readonly Record<string, unknown>[];
}

describe('herald posts list', () => {
  const userId = newUserId();
  const ids: PostId[] = [];

  beforeAll(async () => {
    for (const state of ['QUEUED', 'NEEDS_REVIEW', 'SENT'] as const)
      ids.push(await postIn(state, { userId }));
    await pool.query(
      `update herald.post set created_at = now() - array_position($1::uuid[], id) * interval '1 minute'
       where id = any ($1)`,
      [ids],
    );
    await postIn('QUEUED');
  });

  interface ListBody {
    readonly posts: readonly PostBody[];
    readonly endCursor: string | null;
    readonly hasNextPage: boolean;
  }

  it('pages through the posts of a user, newest first', async () => {
    const first = await herald.json<ListBody>('posts', 'list', '--user', userId, '--limit', '2');
    expect(first.code).toBe(0);
    expect(first.body.posts.map(({ id }) => id)).toEqual(ids.slice(0, 2));
    expect(first.body.hasNextPage).toBe(true);
    const cursor = first.body.endCursor ?? '';
    const rest = await herald.json<ListBody>('posts', 'list', '--user', userId, '--after', cursor);
    expect(rest.body.posts.map(({ id }) => id)).toEqual(ids.slice(2));
    expect(rest.body.hasNextPage).toBe(false);
  });

  it('shows those in a state, as a table without their texts', async () => {
    const { code, output } = await herald('posts', 'list', '--user', userId, '--state', 'needs_review,SENT');
    expect(code).toBe(0);
    expect(output).toMatch(/^ID +STATE +CREATED +USER +PARTS +COST +ERROR\n/);
    expect(output).toContain(`${ids[1]}  NEEDS_REVIEW`);
    expect(output).not.toContain('QUEUED');
    expect(output).not.toContain('hello');
    expect(output).toContain('Next: herald posts show ID');
  });

  it('says so when there are none', async () => {
    const { code, output } = await herald('posts', 'list', '--user', newUserId());
    expect({ code, output }).toEqual({ code: 0, output: 'No posts.\n' });
  });
});

describe('herald posts show', () => {
  it.each<[PartState, RegExp]>([
    ['QUEUED', /Wait a moment.*herald status.*expires/],
    ['SENDING', /Wait\. X is being asked/],
    ['SENT', /Nothing\. The post is on X/],
    ['FAILED', /Nothing was posted\. X refused the tweet as invalid.*retryTweet/],
    ['UNKNOWN', /Do not post it again.*--it-is-there TWEET_ID/s],
    ['NEEDS_REVIEW', /--it-is-there TWEET_ID.*--send-it.*--give-up/s],
    ['CANCELLED', /not posted.*retryTweet/],
  ])('tells what to do about a post that is %s', async (state, step) => {
    const id = await postIn(state);
    const { code, output } = await herald('posts', 'show', id);
    expect(code).toBe(0);
    expect(output).toContain(`Post ${id}  ${state}\n`);
    expect(output.slice(output.indexOf('Next: '))).toMatch(step);
  });

  it('shows every attempt with what X answered, and why a thread stopped', async () => {
    const { post, claim } = await acceptClaimed(ledger, newThread(2, { credential }));
    await ledger.record(claim, created());
    const second = await ledger.claimPost(post.id);
    if (second === undefined) throw new Error('There was nothing to claim');
    await ledger.record(second.claim, rejected('X_FORBIDDEN'));
    const { code, body } = await herald.json<PostBody>('posts', 'show', post.id);
    expect(code).toBe(0);
    expect(body.state).toBe('PARTLY_SENT');
    expect(body.next.join()).toMatch(/Parts are on X.*does not permit this account.*retryTweet/);
    expect(body.history).toMatchObject([
      { position: 0, attempt: 1, outcome: 'created', httpStatus: 201, xTransactionId: 'x-1' },
      { position: 1, attempt: 1, outcome: 'rejected', httpStatus: 403, code: 'X_FORBIDDEN' },
    ]);
  });

  it('shows an attempt in doubt to people', async () => {
    const { post, claim } = await acceptClaimed(ledger, newPost({ credential }));
    await ledger.record(claim, unknown(503));
    const { output } = await herald('posts', 'show', post.id);
    expect(output).toMatch(
      /attempt 1 {2}\S+Z -> \S+Z unknown, .*server_error, HTTP 503, x-transaction-id x-1/,
    );
  });

  it('says who paused a post that waits, and how to go on', async () => {
    const userId = newUserId();
    await ledger.pause({ scope: 'USER', userId }, 'spam wave');
    const accepted = await ledger.accept(newPost({ userId, credential }));
    if (accepted.kind !== 'accepted') throw new Error(accepted.kind);
    const { output } = await herald('posts', 'show', accepted.post.id);
    expect(output).toContain('error       PAUSED');
    expect(output).toContain(`paused (spam wave). When the cause is gone: herald resume --user ${userId}.`);
  });

  it('shows what a thread costs, its files, its policy and what was deleted', async () => {
    const mediaIds = ['00000000-0000-4000-8000-00000000000a' as MediaId];
    const { post } = await acceptClaimed(
      ledger,
      newPost({
        credential,
        onPartFailure: 'ROLLBACK_DELETE',
        parts: [
          { text: 'one', options: { mediaIds }, costMicroUsd: 20_000 },
          { text: 'two', options: {}, costMicroUsd: 15_000 },
        ],
      }),
    );
    await forceState(pool, post.id, 0, 'SENT');
    await pool.query(
      `update herald.part set deleted_at = '2026-01-31T12:00:00Z' where post_id = $1 and position = 0`,
      [post.id],
    );
    const { output } = await herald('posts', 'show', post.id);
    expect(output).toMatch(/^ {2}policy +ROLLBACK_DELETE$/m);
    expect(output).toMatch(/^ {2}cost +\$0\.035$/m);
    expect(output).toMatch(/^ {2}media +1 file$/m);
    expect(output).toMatch(/^ {2}deleted +2026-01-31T12:00:00\.000Z$/m);
    expect((await herald.json('posts', 'show', post.id)).body).toMatchObject({
      onPartFailure: 'ROLLBACK_DELETE',
      costMicroUsd: 35_000,
      parts: [
        { mediaIds, costMicroUsd: 20_000, deletedAt: '2026-01-31T12:00:00.000Z', deleteError: null },
        { mediaIds: [], costMicroUsd: 15_000, deletedAt: null },
      ],
    });
    expect((await herald('posts', 'list', '--user', post.userId)).output).toMatch(/ 2 +\$0\.035/);
  });

  it('lets no text of a user steer the terminal', async () => {
    const id = await postIn('SENT', { parts: [{ text: 'a\u001b[2Jb\u202ec\nNext: d\u009b', options: {} }] });
    const { output } = await herald('posts', 'show', id);
    expect(output).toContain('a\\u001b[2Jb\\u202ec\\u000aNext: d\\u009b');
    const json = await herald('posts', 'show', id, '--json');
    expect(json.output).not.toMatch(/[\u009b\u202e]/);
    expect(JSON.parse(json.output)).toMatchObject({ parts: [{ text: 'a\u001b[2Jb\u202ec\nNext: d\u009b' }] });
  });
});

describe('herald posts cancel', () => {
  it('cancels what waits', async () => {
    const id = await postIn('QUEUED');
    const { code, body } = await herald.json<PostBody>('posts', 'cancel', id);
    expect({ code, state: body.state }).toEqual({ code: 0, state: 'CANCELLED' });
    expect((await stateOf(pool, id)).state).toBe('CANCELLED');
  });

  it.each<PartState>(['SENDING', 'SENT', 'UNKNOWN'])('refuses what is %s', async (state) => {
    const id = await postIn(state);
    const { code, output } = await herald('posts', 'cancel', id);
    expect(code).toBe(1);
    expect(output).toMatch(new RegExp(`^The post is ${state}\\. Nothing of it waits.*\n\nNext: `));
    expect((await stateOf(pool, id)).state).toBe(state);
  });
});

describe('herald posts retry', () => {
  it('says that only the user can when the credentials are erased', async () => {
    const { post, claim } = await acceptClaimed(ledger, newPost({ credential }));
    await ledger.record(claim, rejected());
    const { code, body } = await herald.json('posts', 'retry', post.id);
    expect(code).toBe(1);
    expect(body).toEqual({
      error: 'The post is FAILED, and Herald has no X credentials of it that could be used.',
      next: [`Its user has: ask them to call retryTweet with the id ${post.id}.`],
    });
    expect((await stateOf(pool, post.id)).state).toBe('FAILED');
  });

  it.each<PartState>(['SENDING', 'SENT', 'UNKNOWN'])('refuses what is %s', async (state) => {
    const id = await postIn(state);
    const { code, output } = await herald('posts', 'retry', id);
    expect(code).toBe(1);
    expect(output).toMatch(new RegExp(`^The post is ${state}\\. Only what failed or was cancelled`));
    expect((await stateOf(pool, id)).state).toBe(state);
  });
});

describe('an id', () => {
  it.each([
    ['show', 'nonsense'],
    ['cancel', `${randomUUID()}'; drop table herald.post; --`],
    ['retry', randomUUID().toUpperCase()],
  ])('that is malformed is refused by posts %s', async (command, id) => {
    const { code, output } = await herald('posts', command, id);
    expect(code).toBe(1);
    expect(output).toMatch(/is not the id of a post\.\n\nNext: herald posts list/);
  });

  it('of no post is refused', async () => {
    const { code, output } = await herald('posts', 'show', randomUUID());
    expect(code).toBe(1);
    expect(output).toMatch(/^There is no post /);
  });
});
