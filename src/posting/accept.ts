import { createHash } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import {
  type Accepted,
  HeraldError,
  type LedgerPost,
  type NewPart,
  type Session,
  type XPost,
} from '../kernel/index.ts';
import { toXPost } from './answer.ts';
import { send } from './deliver.ts';
import type { PostingTools } from './tools.ts';

/** What a user asked to publish, checked. */
export interface PostRequest {
  readonly operation: string;
  /** Everything that makes two requests the same, in an order of its own. */
  readonly canonicalInput: unknown;
  readonly parts: readonly NewPart[];
  readonly idempotencyKey: string | undefined;
  readonly expiresAt: Date | undefined;
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
  const accepted = await tools.useCredentials(session, async (credentials) => {
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
      parts: request.parts,
      credential: await tools.kept.keep(credentials, owner),
      wait: tools.gate.held(),
    });
    if (accepted.kind !== 'accepted' || accepted.claim === undefined) return accepted;
    const [part] = accepted.post.parts;
    if (part === undefined) throw new Error(`Post ${id} has no part`);
    // From here on a row exists, so nothing is answered as an error: what cannot be written down is looked for later.
    const sending = send(tools, { claim: accepted.claim, part, parentTweetId: undefined }, credentials).catch(
      (error: unknown) => {
        tools.log('error', 'record_failed', { postId: id, error });
        return accepted.post;
      },
    );
    return { ...accepted, post: await withinTime(sending, accepted.post, tools.answerWithinMs) };
  });
  return answer(tools, accepted);
};

const answer = async (tools: PostingTools, accepted: Accepted): Promise<XPost> => {
  if (accepted.kind === 'key_reused') {
    throw new HeraldError('IDEMPOTENCY_KEY_REUSED', { field: 'idempotencyKey' });
  }
  const repeated = accepted.kind === 'existing';
  const post = repeated ? await settled(tools, accepted.post) : accepted.post;
  return toXPost(post, tools.tweetUrl, repeated);
};

/** SHA-256 over the operation and its canonical input. */
const fingerprintOf = ({ operation, canonicalInput }: PostRequest): Buffer =>
  createHash('sha256')
    .update(JSON.stringify([operation, canonicalInput]))
    .digest();

/** The outcome when it comes in time; otherwise the post as it was, while sending goes on. */
const withinTime = async (
  sending: Promise<LedgerPost>,
  post: LedgerPost,
  ms: number,
): Promise<LedgerPost> => {
  const timer = new AbortController();
  const late = sleep(ms, post, { signal: timer.signal }).catch(() => post);
  try {
    return await Promise.race([sending, late]);
  } finally {
    timer.abort();
  }
};

const LOOK_AGAIN_MS = 100;

/** The post once nobody is sending it any more, or as it is when the caller has waited long enough. */
export const settled = async (
  { ledger, answerWithinMs }: PostingTools,
  post: LedgerPost,
): Promise<LedgerPost> => {
  const deadline = performance.now() + answerWithinMs;
  let current = post;
  while (current.state === 'SENDING' && performance.now() < deadline) {
    await sleep(LOOK_AGAIN_MS);
    current = (await ledger.post(post.userId, post.id)) ?? current;
  }
  return current;
};
