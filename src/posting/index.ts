import type { Delivery, Look, Posting } from '../kernel/index.ts';
import { deliver } from './deliver.ts';
import { cancelTweet, resolveTweet, retryTweet, xPost, xPosts } from './manage.ts';
import { postTweet } from './post-tweet.ts';
import { reconcile } from './reconcile.ts';
import { createRunning } from './running.ts';
import type { PostingTools } from './tools.ts';
import { createXMe } from './x-me.ts';

export { createGate } from './gate.ts';

/** The product: what a session may ask for, and what goes on by itself. It knows no HTTP and no SQL. */
export interface Product extends Posting {
  /** Sends what the sweep claimed; with `readFirst` only once X answered a read. */
  deliver(delivery: Delivery, readFirst: boolean): Promise<void>;
  /** Looks for what is in doubt. */
  reconcile(look: Look): Promise<void>;
  /** Waits until every send of this process is written down. */
  finished(): Promise<void>;
}

export const createPosting = (needs: Omit<PostingTools, 'running'>): Product => {
  const tools = { ...needs, running: createRunning() };
  return {
    postTweet: (session, input, origin) => postTweet(tools, session, input, origin),
    cancelTweet: (session, id) => cancelTweet(tools, session, id),
    retryTweet: (session, id) => retryTweet(tools, session, id),
    resolveTweet: (session, input) => resolveTweet(tools, session, input),
    xMe: createXMe(tools),
    xPost: (session, id) => xPost(tools, session, id),
    xPosts: (session, input) => xPosts(tools, session, input),
    deliver: async (delivery, readFirst) => {
      await deliver(tools, delivery, readFirst);
    },
    reconcile: (look) => reconcile(tools, look),
    finished: () => tools.running.finished(),
  };
};
