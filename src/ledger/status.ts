import type { LedgerStatus, Pause } from '../kernel/index.ts';
import type { Database } from './database.ts';

const REPEAT_FOR_MS = 2_000;

const selectStatus = {
  name: 'status',
  text: `
select
  (select count(*)::int from herald.part where state = 'SENDING') as sending,
  queued.count as queued, queued.oldest as oldest_due_at,
  unknown.count as unknown, unknown.oldest as oldest_unknown_at,
  review.count as needs_review, review.oldest as oldest_needs_review_at,
  (select heartbeat_at from herald.deployment) as heartbeat_at,
  (select public_url from herald.deployment) as public_url
from
  (select count(*)::int, min(not_before) filter (where not_before <= now()) as oldest
   from herald.part where state = 'QUEUED') as queued,
  (select count(*)::int, min(state_since) as oldest from herald.part where state = 'UNKNOWN') as unknown,
  (select count(*)::int, min(state_since) as oldest from herald.part where state = 'NEEDS_REVIEW') as review`,
};

const selectPauses = {
  name: 'pauses',
  text: 'select scope, subject, reason, since from herald.pause order by scope, subject',
};

interface StatusRow {
  readonly sending: number;
  readonly queued: number;
  readonly oldest_due_at: Date | null;
  readonly unknown: number;
  readonly oldest_unknown_at: Date | null;
  readonly needs_review: number;
  readonly oldest_needs_review_at: Date | null;
  readonly heartbeat_at: Date | null;
  readonly public_url: string | null;
}

/** What on-call looks at: counts of parts that are not final, and how long the oldest has been so. */
export const readStatus = async (database: Database): Promise<LedgerStatus> => {
  const [row] = await database.query<StatusRow>(selectStatus, [], REPEAT_FOR_MS);
  return {
    pauses: await database.query<Pause>(selectPauses, [], REPEAT_FOR_MS),
    sending: row?.sending ?? 0,
    queued: row?.queued ?? 0,
    oldestDueAt: row?.oldest_due_at ?? undefined,
    unknown: row?.unknown ?? 0,
    oldestUnknownAt: row?.oldest_unknown_at ?? undefined,
    needsReview: row?.needs_review ?? 0,
    oldestNeedsReviewAt: row?.oldest_needs_review_at ?? undefined,
    heartbeatAt: row?.heartbeat_at ?? undefined,
    publicUrl: row?.public_url ?? undefined,
  };
};
