import { describe, expect, it } from 'vitest';
import type { PostState } from '../../src/kernel/index.ts';
import { createTestDatabase } from '../support/postgres.ts';
import { acceptClaimed, newPost, newThread, newTweetId, openTestLedger, openTestPool } from './fixture.ts';
import { forceState } from './force-state.ts';

const { url } = await createTestDatabase('template0');
const ledger = await openTestLedger(url);
const pool = openTestPool(url);

const columns = ['queued', 'sending', 'sent', 'failed', 'unknown', 'needs_review', 'cancelled'] as const;
type Counts = Record<(typeof columns)[number], number>;

interface Case extends Counts {
  readonly part_count: number;
  readonly scheduled: boolean;
  readonly attempted: boolean;
  readonly rollback: 'OWED' | 'DONE' | null;
}

/** The first match wins. */
const stateOf = (post: Case): PostState => {
  const open = post.queued > 0;
  const live = post.sent;
  if (post.sending > 0 || post.rollback === 'OWED') return 'SENDING';
  if (post.unknown > 0) return 'UNKNOWN';
  if (post.needs_review > 0) return 'NEEDS_REVIEW';
  if (post.rollback === 'DONE') return 'FAILED';
  if (open && live > 0) return 'SENDING';
  if (open) return post.scheduled && !post.attempted ? 'SCHEDULED' : 'QUEUED';
  if (live === post.part_count) return 'SENT';
  if (live === 0) return post.failed > 0 ? 'FAILED' : 'CANCELLED';
  return 'PARTLY_SENT';
};

/** Every way to spread `total` parts over the states. */
const spread = (total: number, [first, ...others]: readonly (keyof Counts)[]): Partial<Counts>[] => {
  if (first === undefined) return total === 0 ? [{}] : [];
  return Array.from({ length: total + 1 }, (_, count) =>
    spread(total - count, others).map((rest) => ({ ...rest, [first]: count })),
  ).flat();
};

const cases = [1, 2, 3, 4].flatMap((part_count) =>
  spread(part_count, columns).flatMap((counts) =>
    [true, false].flatMap((scheduled) =>
      [true, false].flatMap((attempted) =>
        ([null, 'OWED', 'DONE'] as const).map(
          (rollback) => ({ ...counts, part_count, scheduled, attempted, rollback }) as Case,
        ),
      ),
    ),
  ),
);

describe('the state of a post', () => {
  it('follows from the counts of its parts, for every combination of up to four', async () => {
    const { rows } = await pool.query<{ state: PostState; number: number }>(
      `with post as (
        insert into herald.post (id, user_id, x_user_id, operation, idempotency_key, fingerprint, expires_at,
          scheduled_at, attempted, rollback, part_count, ${columns.map((column) => `${column}_parts`).join(', ')})
        select gen_random_uuid(), 'spread', '1', 'postThread', number::text, '', now(),
          case when (c->>'scheduled')::bool then now() end, (c->>'attempted')::bool, c->>'rollback',
          (c->>'part_count')::int, ${columns.map((column) => `(c->>'${column}')::int`).join(', ')}
        from jsonb_array_elements($1::jsonb) with ordinality as cases (c, number)
        returning state, idempotency_key::int - 1 as number)
      select * from post order by number`,
      [JSON.stringify(cases)],
    );
    expect(cases.length).toBeGreaterThan(3_000);
    expect(rows.map(({ state }) => state)).toEqual(cases.map(stateOf));
  });
});

describe('the schema', () => {
  const refuses = async (sql: string, values: unknown[]) =>
    expect(pool.query(sql, values), sql).rejects.toThrow(
      /violates (check|unique|foreign key|not-null) constraint/,
    );

  it('refuses a part in an impossible state', async () => {
    const { post } = await acceptClaimed(ledger, newPost());
    for (const change of [
      `state = 'SENT'`,
      `state = 'SENT', lease_until = null, tweet_id = '1'`,
      `state = 'QUEUED'`,
      `state = 'QUEUED', lease_until = null`,
      `state = 'QUEUED', lease_until = null, not_before = now(), attempts = 3`,
      `state = 'FAILED', lease_until = null`,
      `state = 'UNKNOWN', lease_until = null`,
      `state = 'NEEDS_REVIEW'`,
      `state = 'LOST', lease_until = null`,
      'lease_until = null',
      'fence = null',
      'attempts = 4',
      'attempts = 0',
      `tweet_id = '1'`,
      'not_before = now()',
      'deleted_at = now()',
      'state = null',
    ]) {
      await refuses(`update herald.part set ${change} where post_id = $1`, [post.id]);
    }
  });

  it('refuses counts that do not add up', async () => {
    const { post } = await acceptClaimed(ledger, newPost());
    for (const change of [
      'sending_parts = 0',
      'sent_parts = 1',
      'sending_parts = 2, queued_parts = -1',
      'part_count = 2',
      'part_count = 0, sending_parts = 0',
      'part_count = 26, sending_parts = 26',
    ]) {
      await refuses(`update herald.post set ${change} where id = $1`, [post.id]);
    }
    await expect(
      pool.query(`update herald.post set state = 'SENT' where id = $1`, [post.id]),
    ).rejects.toThrow(/can only be updated to DEFAULT/);
  });

  it('refuses the same tweet for two parts, the same key for two posts, and a part without a post', async () => {
    const { post } = await acceptClaimed(ledger, newThread(2, { idempotencyKey: 'one' }));
    await forceState(pool, post.id, 0, 'SENT');
    await forceState(pool, post.id, 1, 'SENT');
    await refuses('update herald.part set tweet_id = $2 where post_id = $1', [post.id, newTweetId()]);
    const other = await acceptClaimed(ledger, newPost({ userId: post.userId, idempotencyKey: 'two' }));
    await refuses(`update herald.post set idempotency_key = 'one' where id = $1`, [other.post.id]);
    await refuses('delete from herald.post where id = $1', [post.id]);
  });
});
