import { setTimeout as sleep } from 'node:timers/promises';
import type { LedgerPost } from '../kernel/index.ts';
import type { PostingTools } from './tools.ts';

/**
 * The post after `sending`, or as it is when its caller has to be answered: at `answerBy`, by `performance.now()` in
 * milliseconds. A row exists, so nothing is answered as an error: what could not be written down is looked for when its
 * lease is over.
 */
export const inTime = async (
  { log, running }: PostingTools,
  post: LedgerPost,
  sending: Promise<LedgerPost>,
  answerBy: number,
): Promise<LedgerPost> => {
  const outcome = sending.catch((error: unknown) => {
    log('error', 'record_failed', { postId: post.id, traceId: post.traceId, error });
    return post;
  });
  return new Promise((resolve) => {
    const late = setTimeout(() => resolve(running.latest(post.id) ?? post), answerBy - performance.now());
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
export const settled = async (
  tools: PostingTools,
  post: LedgerPost,
  answerBy: number,
): Promise<LedgerPost> => {
  const { ledger, running } = tools;
  const own = running.of(post.id);
  if (own !== undefined) return inTime(tools, post, own, answerBy);
  let current = post;
  while (current.state === 'SENDING' && performance.now() < answerBy) {
    await sleep(LOOK_AGAIN_MS);
    current = (await ledger.post(post.userId, post.id).catch(() => undefined)) ?? current;
  }
  return current;
};
