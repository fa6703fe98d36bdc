import {
  type Claim,
  type Delivery,
  HeraldError,
  KeyNotHere,
  type LedgerPart,
  type LedgerPost,
  type TweetId,
  type XAnswer,
  type XCredentials,
  type XOutcome,
  type XTweet,
} from '../kernel/index.ts';
import { createdAtMs } from './snowflake.ts';
import type { PostingTools } from './tools.ts';

/** How long a tweet may take to be shown everywhere at X. */
const SHOWN_WITHIN_MS = 60_000;
const NO_ANSWER = { status: undefined, transactionId: undefined, limits: undefined, failure: undefined };

/** A claim, and the post that its log lines tell of. */
interface Held {
  readonly claim: Claim;
  readonly post: Pick<LedgerPost, 'traceId'>;
}

/** A claimed part whose credentials are at hand. */
interface Sending extends Held {
  readonly part: LedgerPart;
  readonly parentTweetId: TweetId | undefined;
}

/**
 * Sends one claimed part and writes down what became of it, and then, one after the other, the parts that reply to it. The
 * one place that creates tweets: a post of this moment, a retry and what the sweep found all come through here.
 */
export const send = (tools: PostingTools, sending: Sending, credentials: XCredentials): Promise<LedgerPost> =>
  tools.running.add(sending.claim.postId, sendThread(tools, sending, credentials));

/** What cannot go out now stays QUEUED, for the sweep; what could not be written down is looked for when its lease is over. */
const sendThread = async (
  tools: PostingTools,
  first: Sending,
  credentials: XCredentials,
): Promise<LedgerPost> => {
  let post = await sendNow(tools, first, credentials);
  try {
    for (let { position } = first.part; hasNext(tools, post, position); position += 1) {
      tools.running.progressed(post);
      const next = await tools.ledger.claimPost(post.id);
      // Cancelled, paused, revoked, or taken by the sweep since: the caller is told how it is now.
      if (next === undefined) return (await tools.ledger.post(post.userId, post.id)) ?? post;
      post = await sendNow(tools, next, credentials);
    }
  } catch (error) {
    tools.log('error', 'record_failed', { postId: post.id, traceId: post.traceId, error });
  }
  return post;
};

const hasNext = ({ gate, running }: PostingTools, { parts }: LedgerPost, position: number): boolean =>
  parts[position]?.state === 'SENT' &&
  parts[position + 1]?.state === 'QUEUED' &&
  gate.held() === undefined &&
  running.goesOn();

const sendNow = async (
  tools: PostingTools,
  { claim, post, part, parentTweetId }: Sending,
  credentials: XCredentials,
): Promise<LedgerPost> => {
  const startedAtMs = performance.now();
  const outcome = await tools.x.createTweet(credentials, tweetOf(part, parentTweetId), () =>
    assertLease(claim, tools.deadlineMs),
  );
  const elapsedMs = performance.now() - startedAtMs;
  const ofAccount = await forAccount(tools, credentials, outcome);
  const settled = (await waitsForParent(tools, part, parentTweetId, ofAccount)) ?? ofAccount;
  return record(tools, { claim, post }, settled, elapsedMs);
};

/** A tweet that Herald has just created may be missing where X looks for it: then its reply waits. */
const waitsForParent = async (
  { ledger, now }: PostingTools,
  { options }: LedgerPart,
  partBefore: TweetId | undefined,
  outcome: XOutcome,
): Promise<XOutcome | undefined> => {
  if (outcome.kind !== 'rejected' || outcome.reason !== 'parent_not_visible') return undefined;
  const parent = partBefore ?? options.inReplyToTweetId;
  if (parent === undefined || now().getTime() - createdAtMs(parent) > SHOWN_WITHIN_MS) return undefined;
  const owner = await ledger.ownerOf(parent).catch(() => undefined);
  // One that its user has deleted is not late.
  const isLate = owner === undefined ? parent === partBefore : owner.deletedAt === undefined;
  const { reason, answer } = outcome;
  return isLate ? { kind: 'not_sent', code: 'X_UNAVAILABLE', reason, retryAt: undefined, answer } : undefined;
};

/** A connected account can be connected again: what X refuses because of its credentials waits for that. */
const forAccount = async (
  { accountNotes }: PostingTools,
  credentials: XCredentials,
  outcome: XOutcome,
): Promise<XOutcome> => {
  if (credentials.accountId === undefined) return outcome;
  if (outcome.answer.limits !== undefined) accountNotes.limits(credentials, outcome.answer.limits);
  if (outcome.kind !== 'rejected' || outcome.code !== 'ACCOUNT_NEEDS_RECONNECT') return outcome;
  await accountNotes.needsReconnect(credentials);
  return waitsForReconnect(outcome.answer);
};

const waitsForReconnect = (answer: XAnswer): XOutcome => ({
  kind: 'not_sent',
  code: 'ACCOUNT_NEEDS_RECONNECT',
  reason: 'needs_reconnect',
  retryAt: undefined,
  answer,
});

/** What the sweep found: its credentials are those of its account, or those that were kept when it was accepted. */
export const deliver = async (
  tools: PostingTools,
  delivery: Delivery,
  readFirst: boolean,
): Promise<LedgerPost> => {
  const { post, credential } = delivery;
  try {
    return await tools.usePostCredentials(post, credential, async (credentials) => {
      const silence = readFirst ? await silenceOf(tools, credentials) : undefined;
      if (silence === undefined) return send(tools, delivery, credentials);
      tools.gate.note(silence);
      return record(tools, delivery, silence, 0);
    });
  } catch (error) {
    if (!(error instanceof HeraldError)) throw error;
    if (error instanceof KeyNotHere) return record(tools, delivery, waitsForKey, 0);
    if (error.code === 'ACCOUNT_NEEDS_RECONNECT')
      return record(tools, delivery, waitsForReconnect(NO_ANSWER), 0);
    if (error.code !== 'CREDENTIALS_INVALID') throw error;
    return record(tools, delivery, { kind: 'rejected', code: 'CREDENTIALS_INVALID', answer: NO_ANSWER }, 0);
  }
};

/** Another Herald, or this one after a restart, can open what this one cannot. */
const waitsForKey: XOutcome = {
  kind: 'not_sent',
  code: 'PAUSED',
  reason: 'key_not_here',
  retryAt: undefined,
  answer: NO_ANSWER,
};

/** What X's silence to a read means for a part that was not sent because of it; undefined when X answered. */
const silenceOf = async ({ x }: PostingTools, credentials: XCredentials): Promise<XOutcome | undefined> => {
  const read = await x.me(credentials);
  if (read.ok || read.code !== 'X_UNAVAILABLE') return undefined;
  const { code, retryAt, answer } = read;
  return { kind: 'not_sent', code, retryAt, reason: 'unreachable', answer };
};

/**
 * The last look at the lease, after signing and before the first byte: a process that froze since then can only send
 * a signature that is too old for X (RFC 5849, section 3.3).
 */
const assertLease = (claim: Claim, deadlineMs: number): void => {
  if (performance.now() > claim.leaseEndsAtMs - deadlineMs) throw new Error('The lease is over.');
};

const tweetOf = ({ text = '', options }: LedgerPart, partBefore: TweetId | undefined): XTweet => {
  const { mediaIds: _heraldIds, xMediaIds, ...sameAtX } = options;
  return {
    ...sameAtX,
    text,
    ...(xMediaIds === undefined ? {} : { mediaIds: xMediaIds }),
    ...(partBefore === undefined ? {} : { inReplyToTweetId: partBefore }),
  };
};

/** The log line comes first: whoever lost the database still has X's id. */
const record = async (
  { ledger, log, meter }: PostingTools,
  { claim, post: { traceId } }: Held,
  outcome: XOutcome,
  elapsedMs: number,
): Promise<LedgerPost> => {
  const { status, transactionId: xTransactionId, failure } = outcome.answer;
  const fields = {
    postId: claim.postId,
    traceId,
    attempt: claim.attempt,
    status,
    xTransactionId,
    durationMs: Math.round(elapsedMs),
  };
  if (outcome.kind === 'created') log('info', 'x_created', { ...fields, tweetId: outcome.tweetId });
  else log('warn', 'x_outcome', { ...fields, code: outcome.code, reason: reasonOf(outcome), failure });
  const { post, doublePost } = await ledger.record(claim, outcome);
  if (post.state !== 'SENDING')
    meter.post({ state: post.state, code: post.parts[claim.position]?.error?.code });
  if (doublePost !== undefined) log('error', 'double_post', { ...fields, tweetId: doublePost });
  return post;
};

const reasonOf = (outcome: Exclude<XOutcome, { kind: 'created' }>): string =>
  outcome.kind === 'rejected' ? 'rejected' : outcome.reason;
