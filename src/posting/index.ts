import type { PostTweetInput, Session, XMe, XPost } from '../kernel/index.ts';
import { type PostTweetTools, postTweet } from './post-tweet.ts';
import { createXMe } from './x-me.ts';

/** The product: what a session may ask for. It knows no HTTP and no SQL; what it needs is handed to it. */
export interface Posting {
  postTweet(session: Session, input: PostTweetInput): Promise<XPost>;
  xMe(session: Session): Promise<XMe>;
}

export const createPosting = (tools: PostTweetTools): Posting => ({
  postTweet: (session, input) => postTweet(tools, session, input),
  xMe: createXMe(tools),
});
