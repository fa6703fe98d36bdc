import type { PartState } from '../kernel/index.ts';

/** One way in which a part's state changes. */
interface Transition {
  readonly from: readonly PartState[];
  readonly to: PartState;
  /** Who does it. */
  readonly by: 'sender' | 'sweep' | 'reconciler' | 'person' | 'operator';
  /** What must hold besides the state. */
  readonly guard: string;
}

const unlessSent = ['QUEUED', 'SENDING', 'FAILED', 'UNKNOWN', 'NEEDS_REVIEW', 'CANCELLED'] as const;

/**
 * The state machine of a part, all of it. The statements beside this file obey it: the tests drive each transition
 * from each state through the database, and check the machine itself for double posts, lies and dead ends.
 */
export const transitions = {
  claim: {
    from: ['QUEUED'],
    to: 'SENDING',
    by: 'sender',
    guard: 'due, not expired, not cancelled, not paused, attempts left, the part before it SENT',
  },
  created: { from: unlessSent, to: 'SENT', by: 'sender', guard: 'none: a proof wins' },
  notSent: { from: ['SENDING'], to: 'QUEUED', by: 'sender', guard: 'fence' },
  notSentCancelled: {
    from: ['SENDING'],
    to: 'CANCELLED',
    by: 'sender',
    guard: 'fence; the post was cancelled',
  },
  rejected: { from: ['SENDING'], to: 'FAILED', by: 'sender', guard: 'fence' },
  unanswered: { from: ['SENDING'], to: 'UNKNOWN', by: 'sender', guard: 'fence' },
  duplicateOfOwn: {
    from: ['SENDING'],
    to: 'UNKNOWN',
    by: 'sender',
    guard: 'fence; X says duplicate, and an earlier attempt had no answer',
  },
  displaced: {
    from: ['SENT'],
    to: 'UNKNOWN',
    by: 'sender',
    guard: "the tweet was adopted by its text or a person's word, and X's answer says it is another part's",
  },
  expireLease: { from: ['SENDING'], to: 'UNKNOWN', by: 'sweep', guard: 'lease over' },
  expire: { from: ['QUEUED'], to: 'FAILED', by: 'sweep', guard: 'expired; the first part that waits' },
  endCancelled: { from: ['QUEUED'], to: 'CANCELLED', by: 'sweep', guard: 'the post was cancelled' },
  parentEnded: {
    from: ['QUEUED'],
    to: 'CANCELLED',
    by: 'sweep',
    guard: 'an earlier part FAILED or CANCELLED',
  },
  found: { from: unlessSent, to: 'SENT', by: 'reconciler', guard: 'none: a proof wins' },
  absent: {
    from: ['UNKNOWN'],
    to: 'QUEUED',
    by: 'reconciler',
    guard: 'fence and look; absent twice after the settle window; attempts left, not expired, not cancelled',
  },
  absentExhausted: {
    from: ['UNKNOWN'],
    to: 'FAILED',
    by: 'reconciler',
    guard: 'as absent; no attempts left, or expired',
  },
  absentCancelled: { from: ['UNKNOWN'], to: 'CANCELLED', by: 'reconciler', guard: 'as absent; cancelled' },
  absentDoubtful: {
    from: ['UNKNOWN'],
    to: 'NEEDS_REVIEW',
    by: 'reconciler',
    guard: 'as absent; X said duplicate, or 24 h ago an unreadable 2xx',
  },
  unreadable: { from: ['UNKNOWN'], to: 'NEEDS_REVIEW', by: 'reconciler', guard: 'fence and look' },
  cancel: { from: ['QUEUED'], to: 'CANCELLED', by: 'person', guard: 'owner' },
  disconnect: {
    from: ['QUEUED'],
    to: 'CANCELLED',
    by: 'person',
    guard: 'owner; the post is of the account that is disconnected',
  },
  retry: { from: ['FAILED', 'CANCELLED'], to: 'QUEUED', by: 'person', guard: 'owner; the post is final' },
  itIsThere: {
    from: ['UNKNOWN', 'NEEDS_REVIEW'],
    to: 'SENT',
    by: 'person',
    guard: "owner; the tweet is the author's and no other part's",
  },
  sendIt: { from: ['NEEDS_REVIEW'], to: 'QUEUED', by: 'person', guard: 'owner; outside the guarantee' },
  giveUp: { from: ['NEEDS_REVIEW'], to: 'FAILED', by: 'person', guard: 'owner' },
  revoke: {
    from: ['QUEUED'],
    to: 'FAILED',
    by: 'operator',
    guard:
      "the user's sign-ins were revoked, and the post came with the credentials of one; the first part that waits",
  },
  revokeUnknown: {
    from: ['UNKNOWN'],
    to: 'NEEDS_REVIEW',
    by: 'operator',
    guard: 'as revoke, but every part; nobody can look for it any more',
  },
  recover: {
    from: ['QUEUED', 'SENDING'],
    to: 'UNKNOWN',
    by: 'operator',
    guard: 'due, or its lease over; the database was restored',
  },
} as const satisfies Record<string, Transition>;

export type TransitionName = keyof typeof transitions;
