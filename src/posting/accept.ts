import { createHash } from 'node:crypto';
import {
  type Accepted,
  HeraldError,
  type OnPartFailure,
  type PostOrigin,
  type Session,
  type XCredentials,
  type XPost,
} from '../kernel/index.ts';
import { toXPost } from './answer.ts';
import { overBudget } from './budget.ts';
import type { Composition } from './compose/index.ts';
import { send } from './deliver.ts';
import { inTime, settled } from './in-time.ts';
import { invalidExpiry } from './terms.ts';
import type { PostingTools } from './tools.ts';

/** What a user asked to publish, checked as far as nobody has to be asked for it. */
export interface PostRequest {
  readonly operation: string;
  readonly accountId: string | null | undefined;
  /** Everything that makes two requests the same, in an order of its own. */
  readonly canonicalInput: unknown;
  /** What is sent as this account. Throws what stands in the way. */
  readonly compose: (credentials: XCredentials) => Promise<Composition>;
  readonly onPartFailure: OnPartFailure | undefined;
  readonly idempotencyKey: string | undefined;
  readonly expiresAt: Date | undefined;
  readonly origin: PostOrigin;
}

/**
 * Writes a post down and sends it in the same breath: two statements. Whoever asks for the same post again gets the
 * stored one, after its outcome where that comes in time.
 */
export const acceptAndSend = async (
  tools: PostingTools,
  session: Session,
  request: PostRequest,
): Promise<XPost> => {
  const answerBy = performance.now() + tools.answerWithinMs;
  const accepted = await acceptWithCredentials(tools, session, request, answerBy).catch((error: unknown) =>
    acceptedBefore(tools, session, request, error),
  );
  // What was lent is no longer good: asking again says why, or lends what is.
  if (accepted.kind === 'account_changed') return acceptAndSend(tools, session, request);
  return answer(tools, accepted, answerBy);
};

const acceptWithCredentials = (
  tools: PostingTools,
  session: Session,
  request: PostRequest,
  answerBy: number,
): Promise<Accepted> =>
  tools.useCredentials(session, request.accountId, async (credentials) => {
    const { parts, expiresAtMost } = await request.compose(credentials);
    const id = tools.newPostId();
    const owner = { postId: id, userId: session.userId, xUserId: credentials.xUserId };
    const accepted = await tools.ledger.accept({
      id,
      userId: session.userId,
      xUserId: credentials.xUserId,
      operation: request.operation,
      fingerprint: fingerprintOf(request),
      idempotencyKey: request.idempotencyKey,
      expiresAt: request.expiresAt,
      expiresAtMost,
      onPartFailure: request.onPartFailure,
      parts,
      credential: credentials.accountId === undefined ? await tools.kept.keep(credentials, owner) : undefined,
      accountId: credentials.accountId,
      sealedAt: credentials.sealedAt,
      wait: tools.gate.held(),
      origin: request.origin,
    });
    if (accepted.kind !== 'accepted' || accepted.claim === undefined) return accepted;
    const { claim, post } = accepted;
    const [part] = post.parts;
    if (part === undefined) throw new Error(`Post ${id} has no part`);
    const sending = send(tools, { claim, post, part, parentTweetId: undefined }, credentials);
    return { ...accepted, post: await inTime(tools, post, sending, answerBy) };
  });

/** What may have changed since a post was accepted: its account and how long that may post, its files, the tweet that it replies to. */
const MAY_HAVE_CHANGED =
  /^(ACCOUNT_REQUIRED|ACCOUNT_NEEDS_RECONNECT|TEXT_TOO_LONG|MEDIA_INVALID|POLICY_REJECTED|INVALID_INPUT)$/;

/**
 * A repeated key is answered with its post also when it could not be accepted any more: a row exists, and nothing is sent for
 * it here. Every other refusal stands.
 */
const acceptedBefore = async (
  { ledger }: PostingTools,
  { userId }: Session,
  request: PostRequest,
  error: unknown,
): Promise<Accepted> => {
  const key = request.idempotencyKey;
  if (!(error instanceof HeraldError) || !MAY_HAVE_CHANGED.test(error.code) || key === undefined) throw error;
  const keyed = await ledger.postWithKey(userId, key);
  if (keyed === undefined) throw error;
  if (fingerprintOf(request).equals(keyed.fingerprint)) return { kind: 'existing', post: keyed.post };
  if (/^ACCOUNT_/.test(error.code)) return { kind: 'key_reused' };
  throw error;
};

const answer = async (
  tools: PostingTools,
  accepted: Exclude<Accepted, { kind: 'account_changed' }>,
  answerBy: number,
): Promise<XPost> => {
  if (accepted.kind === 'revoked') throw new HeraldError('CREDENTIALS_INVALID');
  if (accepted.kind === 'expired') throw invalidExpiry('is in the past');
  if (accepted.kind === 'over_budget') throw overBudget(accepted);
  if (accepted.kind === 'key_reused') {
    throw new HeraldError('IDEMPOTENCY_KEY_REUSED', { field: 'idempotencyKey' });
  }
  const repeated = accepted.kind === 'existing';
  const post = repeated ? await settled(tools, accepted.post, answerBy) : accepted.post;
  return toXPost(post, tools.tweetUrl, repeated);
};

/** SHA-256 over the operation and its canonical input. */
const fingerprintOf = ({ operation, canonicalInput }: PostRequest): Buffer =>
  createHash('sha256')
    .update(JSON.stringify([operation, canonicalInput]))
    .digest();
