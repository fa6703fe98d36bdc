import { setTimeout as sleep } from 'node:timers/promises';
import type { LedgerPost } from '../kernel/index.ts';
import type { PostingTools } from './tools.ts';

/**
 * The post after `sending`, or as it was when that takes longer than a caller waits. A row exists, so nothing is answered
 * as an error: what could not be written down is looked for when its lease is over.
 */
export const inTime = async (
  { log, answerWithinMs }: PostingTools,
  post: LedgerPost,
  sending: Promise<LedgerPost>,
): Promise<LedgerPost> => {
  const outcome = sending.catch((error: unknown) => {
    log('error', 'record_failed', { postId: post.id, error });
    return post;
  });
  return new Promise((resolve) => {
    const late = setTimeout(resolve, answerWithinMs, post);
    void outcome.then((answered) => {
      clearTimeout(late);
      resolve(answered);
    });
  });
};

const LOOK_AGAIN_MS = 250;

/**
 * The post once nobody is sending it any more, or as it is when the caller has waited long enough. A send of this process
 * is waited for; one of another is looked for in the ledger.
 */
export const settled = async (tools: PostingTools, post: LedgerPost): Promise<LedgerPost> => {
  const { ledger, running, answerWithinMs } = tools;
  const own = running.of(post.id);
  if (own !== undefined) return inTime(tools, post, own);
  const deadline = performance.now() + answerWithinMs;
  let current = post;
  while (current.state === 'SENDING' && performance.now() < deadline) {
    await sleep(LOOK_AGAIN_MS);
    current = (await ledger.post(post.userId, post.id).catch(() => undefined)) ?? current;
  }
  return current;
};
