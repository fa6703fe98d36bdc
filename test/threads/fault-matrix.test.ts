import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import type { OnPartFailure, XPart, XPost } from '../../src/kernel/index.ts';
import type { Person } from '../faults/support/people.ts';
import { readRows } from '../support/postgres.ts';
import { expectChain } from './expectations.ts';
import { ask, codeOf, createStage, createTurnstile, type Stage, settled, uploadPicture } from './stage.ts';

vi.setConfig({ testTimeout: 150_000, hookTimeout: 60_000, maxConcurrency: 64 });

const PARTS = 10;
const positions = Array.from({ length: PARTS }, (_, position) => position);
const policies = ['RESUME', 'STOP', 'ROLLBACK_DELETE'] as const;
const prices = { post: 15_000, deletion: 10_000, ownRead: 1_000, altText: 5_000 };

/** X has the tweet, whatever it answered: the part is found, and never sent again. */
const accepted = [
  'drop-after-accept',
  'hang-after-accept',
  '503-after-accept',
  '500-after-accept',
  'truncate-201',
  'empty-201',
  'corrupt-gzip-201',
  'slow-drip',
];
/** X has nothing: the part is sent once more. */
const lost = ['drop-before-accept', 'hang', '503', 'html-503', '429', '429-day-only'];
/** X will not have it: what becomes of the thread is its policy's to say. */
const refused = {
  '403-duplicate': 'DUPLICATE_CONTENT',
  '401': 'ACCOUNT_NEEDS_RECONNECT',
  '403-oauth1-permissions': 'ACCOUNT_NEEDS_RECONNECT',
  '403-reply': 'X_FORBIDDEN',
  '403-quote': 'X_FORBIDDEN',
  '403-not-permitted': 'X_FORBIDDEN',
  '404': 'X_REJECTED',
} as const;

const textOf = (position: number): string => (position === 5 ? '' : `part ${position + 1} of ${PARTS}`);

interface Case {
  readonly kind: string;
  readonly position: number;
  readonly policy: OnPartFailure;
}

/** Every one of them is waited for, so that none goes on behind its test. */
const together = async (work: readonly Promise<void>[]): Promise<void> => {
  await Promise.allSettled(work);
  await Promise.all(work);
};

interface Posted extends Case {
  readonly person: Person;
  readonly answer: XPost;
}

let stage: Stage;

beforeAll(async () => {
  // With a budget, what is spent is counted as it happens.
  stage = await createStage({ environment: { HERALD_BUDGET_DAY_USD: '1000' } });
});
afterAll(() => stage.close());

describe.concurrent('a thread of ten with two pictures, and one fault', () => {
  let people = 0;
  const enter = createTurnstile(8);

  /** A user of its own for each case, so that a fault is met by nobody else. */
  const postDuring = (one: Case): Promise<Posted> =>
    enter(async () => {
      people += 1;
      const person = await stage.signIn(`user_${people}`);
      const [described, bare] = [
        await uploadPicture(stage, person, `picture of ${person.username}`),
        await uploadPicture(stage, person),
      ];
      const { kind, position, policy } = one;
      await stage.x.fault({ kind, user: person.username, after: position, ...msOf(kind) });
      const parts = positions.map((n) => ({
        text: textOf(n),
        mediaIds: n === 0 ? [described.id] : n === 5 ? [bare.id] : null,
      }));
      const answer = await ask(stage, person, 'postThread', { parts, onPartFailure: policy });
      return { ...one, person, answer };
    });

  /** When X says that the limit begins anew. */
  const msOf = (kind: string) => (kind.startsWith('429') ? { ms: 1_000 } : {});

  const timesSent = ({ person }: Posted, position: number): number =>
    stage.sends(person).filter(({ text }) => text === textOf(position)).length;

  /** Every part is there once, replies to the one before, and has its picture; nothing else is there. */
  const expectComplete = async (posted: Posted, post: XPost, twice: boolean): Promise<void> => {
    const { person, position } = posted;
    expect(post).toMatchObject({ state: 'SENT', error: null, deletedAt: null });
    await expectChain(stage, person, post, positions.map(textOf));
    const tweets = await stage.x.tweets(person.username);
    expect(tweets.map(({ alt_texts }) => alt_texts)).toEqual(
      positions.map((n) => (n === 0 ? [`picture of ${person.username}`] : n === 5 ? [null] : [])),
    );
    expect(positions.map((n) => timesSent(posted, n))).toEqual(
      positions.map((n) => (twice && n === position ? 2 : 1)),
    );
    expect(readsIn(post, PARTS, 0)).toBeGreaterThanOrEqual(0);
  };

  /** How many tweets X charged for showing, by what the post cost beside its live parts and deletions. */
  const readsIn = ({ costMicroUsd }: XPost, live: number, deleted: number): number => {
    const rest = (costMicroUsd ?? -1) - live * prices.post - deleted * (prices.post + prices.deletion);
    return rest % prices.ownRead === 0 ? rest / prices.ownRead : Number.NaN;
  };

  const inTurn = (
    kind: string,
    policyAt: (position: number) => OnPartFailure,
    check: (posted: Posted, final: XPost) => Promise<void>,
  ): Promise<void> =>
    together(
      positions.map(async (position) => {
        const posted = await postDuring({ kind, position, policy: policyAt(position) });
        await check(posted, await settled(stage, posted.person, posted.answer.id));
      }),
    );

  const anyPolicy = (position: number): OnPartFailure => policies[position % policies.length] ?? 'RESUME';

  it.each(accepted)('%s at each position: found, complete, each part sent once', (kind) =>
    inTurn(kind, anyPolicy, async (posted, final) => {
      await expectComplete(posted, final, false);
      expect(readsIn(final, PARTS, 0)).toBeGreaterThan(0);
    }),
  );

  it.each(lost)('%s at each position: complete, that part sent again', (kind) =>
    inTurn(kind, anyPolicy, (posted, final) => expectComplete(posted, final, true)),
  );

  it('403-parent-not-visible at each position but the first: X is late, complete, that part sent again', () =>
    inTurn('403-parent-not-visible', anyPolicy, async (posted, final) => {
      if (posted.position > 0) return expectComplete(posted, final, true);
      expect(final).toMatchObject({ state: 'FAILED', error: { code: 'X_FORBIDDEN' } });
    }));

  const partsAround = (
    { position }: Case,
    before: Partial<XPart>,
    at: object,
    after: object,
  ): readonly unknown[] =>
    positions.map((n) => expect.objectContaining(n < position ? before : n === position ? at : after));
  const parentFailed = { state: 'CANCELLED', error: expect.objectContaining({ code: 'PARENT_FAILED' }) };

  const expectStopped = (posted: Posted, final: XPost, code: string): void => {
    expect(final.state).toBe(posted.position === 0 ? 'FAILED' : 'PARTLY_SENT');
    expect(final.parts).toEqual(
      partsAround(
        posted,
        { state: 'SENT', error: null },
        { state: 'FAILED', tweetId: null, error: expect.objectContaining({ code }) },
        parentFailed,
      ),
    );
    expect(readsIn(final, posted.position, 0)).toBe(0);
  };

  it.each(Object.entries(refused))('%s, RESUME: stops there, and retryTweet completes it', (kind, code) =>
    inTurn(
      kind,
      () => 'RESUME',
      async (posted, final) => {
        expectStopped(posted, final, code);
        const again = await enter(() => ask(stage, posted.person, 'retryTweet', { id: final.id }));
        expect(again.id).toBe(final.id);
        await expectComplete(posted, await settled(stage, posted.person, final.id), true);
      },
    ),
  );

  it.each(Object.entries(refused))('%s, STOP: stops there, and stays so', (kind, code) =>
    inTurn(
      kind,
      () => 'STOP',
      async (posted, final) => {
        expectStopped(posted, final, code);
        const tweets = await stage.x.tweets(posted.person.username);
        expect(tweets.map(({ id }) => id)).toEqual(
          final.parts.slice(0, posted.position).map(({ tweetId }) => tweetId),
        );
        if (posted.position === 0) return;
        const again = await ask(stage, posted.person, 'retryTweet', { id: final.id });
        expect(codeOf(again)).toBe('STATE_CONFLICT');
      },
    ),
  );

  it.each(Object.entries(refused))('%s, ROLLBACK_DELETE: the newest first, nothing is left', (kind, code) =>
    inTurn(
      kind,
      () => 'ROLLBACK_DELETE',
      async (posted, final) => {
        const { person, position } = posted;
        expect(final).toMatchObject({ state: 'FAILED', error: { code } });
        expect(final.parts).toEqual(
          partsAround(
            posted,
            { state: 'SENT', deletedAt: expect.any(String) as string },
            { state: 'FAILED', tweetId: null },
            parentFailed,
          ),
        );
        expect(await stage.x.tweets(person.username)).toEqual([]);
        const live = final.parts.slice(0, position).map(({ tweetId }) => tweetId);
        expect(stage.deletions(person)).toEqual(live.toReversed());
        expect(readsIn(final, 0, position)).toBe(0);
        if (position === 0) return;
        const again = await ask(stage, person, 'retryTweet', { id: final.id });
        expect(codeOf(again)).toBe('STATE_CONFLICT');
      },
    ),
  );
});

describe('after all of them', () => {
  it('the counts of every post are those of its parts', async () => {
    const sql = `
      select id from herald.post join herald.part on part.post_id = post.id group by post.id
      having (sent_parts, failed_parts, cancelled_parts, part_count) is distinct from (
        count(*) filter (where part.state = 'SENT'), count(*) filter (where part.state = 'FAILED'),
        count(*) filter (where part.state = 'CANCELLED'), count(*))`;
    expect(await readRows(stage.world.databaseUrl, sql)).toEqual([]);
  });

  it('no part was taken for live by two attempts, and no credential is kept', async () => {
    const twice = `select post_id, position from herald.attempt where outcome = 'created'
      group by post_id, position having count(*) > 1`;
    const kept = 'select post_id, 0 from herald.post_credential';
    expect(await readRows(stage.world.databaseUrl, `${twice} union all ${kept}`)).toEqual([]);
  });

  it('what was counted as spent is what posts and files cost', async () => {
    const sql = `
      select micro_usd::int as counted,
        (select sum(case when state in ('FAILED', 'CANCELLED') then 0 else cost_micro_usd end + extra_micro_usd)
         from herald.part)::int as posts,
        (select sum(cost_micro_usd) from herald.media)::int as files,
        (select count(*) from herald.media where alt_text is not null)::int as described
      from herald.spending where scope = 'APP'`;
    type Sums = Record<'counted' | 'posts' | 'files' | 'described', number>;
    const [sums] = await readRows<Sums>(stage.world.databaseUrl, sql);
    expect(sums?.counted).toBe((sums?.posts ?? 0) + (sums?.files ?? 0));
    expect(sums?.files).toBe((sums?.described ?? 0) * prices.altText);
  });

  it('nothing was held up: one fault in ten is no outage', () => {
    expect(stage.world.log.filter(({ evt }) => evt === 'gate_closed' || evt === 'double_post')).toEqual([]);
  });
});
