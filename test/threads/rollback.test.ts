import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import type { XAccount, XPost } from '../../src/kernel/index.ts';
import { until } from '../faults/support/calls.ts';
import type { Person } from '../faults/support/people.ts';
import { readRows, runSql } from '../support/postgres.ts';
import { ask, codeOf, createStage, type Stage, settled } from './stage.ts';

vi.setConfig({ testTimeout: 90_000, hookTimeout: 60_000, maxConcurrency: 40 });

/** Four are live when the fifth is refused. */
const LIVE = [0, 1, 2, 3];
const parts = [0, 1, 2, 3, 4, 5].map((position) => ({ text: `part ${position}` }));
const prices = { post: 15_000, deletion: 10_000 };

/** X did not delete it, or did not say so: it is deleted later. */
const passing = ['drop-before-accept', '503', '503-after-accept', 'drop-after-accept', '429', '402'];
/** X will never delete it, and says why. */
const impossible = { '403-not-permitted': 'X_FORBIDDEN', '401': 'ACCOUNT_NEEDS_RECONNECT' } as const;

interface TakenBack {
  readonly person: Person;
  readonly post: XPost;
}

let stage: Stage;
let people = 0;

beforeAll(async () => {
  stage = await createStage();
});
afterAll(() => stage.close());

/** The `nth` deletion, from 0, meets the fault. */
const takeBackDuring = async (kind: string, nth: number): Promise<TakenBack> => {
  people += 1;
  const person = await stage.signIn(`user_${people}`);
  await stage.x.fault({ kind: '403-reply', user: person.username, after: LIVE.length });
  await stage.x.fault({ kind, user: person.username, method: 'DELETE', path: '/2/tweets/*', after: nth });
  const post = await ask(stage, person, 'postThread', { parts, onPartFailure: 'ROLLBACK_DELETE' });
  expect(post.state).toBe('SENDING');
  return { person, post };
};

/** The `nth` setback in a row, from 1, after which nobody holds the post. */
const untilSetback = ({ id }: XPost, nth: number): Promise<unknown> =>
  until(
    `setback ${nth}`,
    () =>
      readRows<{ count: number }>(
        stage.world.databaseUrl,
        `select rollback_setbacks as count from herald.post where id = '${id}'`,
      ),
    ([row]) => row?.count === nth,
  );

/** A setback makes the post wait for a minute, or until X said: that time is over. */
const letPauseEnd = async (post: XPost, nth = 1): Promise<void> => {
  await untilSetback(post, nth);
  const ended = `update herald.post set rollback_not_before = now() where id = '${post.id}'`;
  await runSql(stage.world.databaseUrl, ended);
};

const newestFirst = ({ parts: all }: XPost): (string | null)[] =>
  LIVE.map((position) => all[position]?.tweetId ?? null).reverse();

// Before the others: the 402 among them holds up everything that is still to be sent.
describe('a thread of a connected account is taken back', () => {
  it('401 for a connected account: it waits until its user connects it again', async () => {
    people += 1;
    const person = await stage.signIn(`user_${people}`);
    const { id: accountId } = await ask<XAccount>(stage, person, 'connectXAccount', {});
    await stage.x.fault({ kind: '403-reply', user: person.username, after: LIVE.length });
    await stage.x.fault({
      kind: '401',
      user: person.username,
      method: 'DELETE',
      path: '/2/tweets/*',
      after: 1,
    });
    const input = { parts, onPartFailure: 'ROLLBACK_DELETE', accountId };
    const post = await ask(stage, person, 'postThread', input);
    await letPauseEnd(post);
    // X may not be asked with these credentials: it is put off again.
    await untilSetback(post, 2);
    expect(await stage.x.tweets(person.username)).toHaveLength(LIVE.length - 1);
    await ask<XAccount>(stage, person, 'connectXAccount', {});
    await letPauseEnd(post, 2);
    const final = await settled(stage, person, post.id);
    expect(final).toMatchObject({ state: 'FAILED', accountId });
    expect(await stage.x.tweets(person.username)).toEqual([]);
    const order = newestFirst(final);
    expect(stage.deletions(person)).toEqual(order.toSpliced(1, 0, order[1] ?? null));
  });
});

describe.concurrent('a thread is taken back, and a deletion goes wrong', () => {
  const cases = (kinds: readonly string[]) =>
    kinds.flatMap((kind) => LIVE.map((nth) => [kind, nth] as const));

  it.each(cases(passing))('%s at deletion %i: asked again, nothing is left', async (kind, nth) => {
    const { person, post } = await takeBackDuring(kind, nth);
    await letPauseEnd(post);
    const final = await settled(stage, person, post.id);
    expect(final).toMatchObject({ state: 'FAILED', error: { code: 'X_FORBIDDEN' } });
    expect(await stage.x.tweets(person.username)).toEqual([]);
    const order = newestFirst(final);
    expect(stage.deletions(person)).toEqual(order.toSpliced(nth, 0, order[nth] ?? null));
    for (const position of LIVE) expect(final.parts[position]?.deletedAt).not.toBeNull();
    // X charges for a deletion that it did, and it did not say so of one.
    const charged = LIVE.length - (kind.endsWith('-after-accept') ? 1 : 0);
    expect(final.costMicroUsd).toBe(LIVE.length * prices.post + charged * prices.deletion);
  });

  it.each(
    Object.entries(impossible).flatMap(([kind, code]) => LIVE.map((nth) => [kind, nth, code] as const)),
  )('%s at deletion %i: that tweet stays, and the post says why', async (kind, nth, code) => {
    const { person, post } = await takeBackDuring(kind, nth);
    const final = await settled(stage, person, post.id);
    expect(final.state).toBe('FAILED');
    const order = newestFirst(final);
    expect(stage.deletions(person)).toEqual(order);
    expect((await stage.x.tweets(person.username)).map(({ id }) => id)).toEqual([order[nth]]);
    const stays = final.parts[LIVE.length - 1 - nth];
    expect(stays).toMatchObject({ state: 'SENT', deletedAt: null, error: { code } });
    const conflict = await ask(stage, person, 'retryTweet', { id: post.id });
    expect(codeOf(conflict)).toBe('STATE_CONFLICT');
  });

  it.each(cases(['404']))('%s at deletion %i: it was gone, the others are deleted', async (kind, nth) => {
    const { person, post } = await takeBackDuring(kind, nth);
    const final = await settled(stage, person, post.id);
    expect(final).toMatchObject({ state: 'FAILED' });
    for (const position of LIVE) expect(final.parts[position]?.deletedAt).not.toBeNull();
    expect(stage.deletions(person)).toEqual(newestFirst(final));
    expect(final.costMicroUsd).toBe(LIVE.length * prices.post + (LIVE.length - 1) * prices.deletion);
  });
});
