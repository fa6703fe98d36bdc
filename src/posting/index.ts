import type { Delivery, Look, OwedDeletion, Posting } from '../kernel/index.ts';
import { deleteTweet } from './delete-tweet.ts';
import { deliver } from './deliver.ts';
import { cancelTweet, resolveTweet, retryTweet, xPost, xPosts } from './manage.ts';
import { xMedia } from './media-progress.ts';
import { postThread, postTweet } from './post-tweet.ts';
import { previewTweet } from './preview-tweet.ts';
import { reconcile } from './reconcile.ts';
import { createRunning } from './running.ts';
import { createSeenTweets } from './seen-tweets.ts';
import { takeBack } from './take-back.ts';
import type { PostingTools } from './tools.ts';
import { uploadMediaStream, uploadTweetMedia } from './upload-media.ts';
import { createXMe } from './x-me.ts';

export { createGate } from './gate.ts';

/** The product: what a session may ask for, and what goes on by itself. It knows no HTTP and no SQL. */
export interface Product extends Posting {
  /** Sends what the sweep claimed; with `readFirst` only once X answered a read. */
  deliver(delivery: Delivery, readFirst: boolean): Promise<void>;
  /** Looks for what is in doubt. */
  reconcile(look: Look): Promise<void>;
  /** Deletes what has to be taken back. */
  takeBack(owed: OwedDeletion): Promise<void>;
  /** Begins no further part, and waits until every send of this process is written down. */
  finished(): Promise<void>;
}

export const createPosting = (needs: Omit<PostingTools, 'running' | 'seenTweets'>): Product => {
  const tools = { ...needs, running: createRunning(), seenTweets: createSeenTweets(needs.now) };
  return {
    postTweet: (session, input, origin) => postTweet(tools, session, input, origin),
    postThread: (session, input, origin) => postThread(tools, session, input, origin),
    previewTweet: (session, input) => previewTweet(tools, session, input),
    cancelTweet: (session, id) => cancelTweet(tools, session, id),
    retryTweet: (session, id) => retryTweet(tools, session, id),
    resolveTweet: (session, input) => resolveTweet(tools, session, input),
    deleteTweet: (session, input) => deleteTweet(tools, session, input),
    uploadTweetMedia: (session, input) => uploadTweetMedia(tools, session, input),
    uploadMediaStream: (session, stream, input) => uploadMediaStream(tools, session, stream, input),
    xMedia: (session, id) => xMedia(tools, session, id),
    xMe: createXMe(tools),
    xPost: (session, id) => xPost(tools, session, id),
    xPosts: (session, input) => xPosts(tools, session, input),
    deliver: async (delivery, readFirst) => {
      await deliver(tools, delivery, readFirst);
    },
    reconcile: (look) => reconcile(tools, look),
    takeBack: (owed) => takeBack(tools, owed),
    finished: () => tools.running.finished(),
  };
};
