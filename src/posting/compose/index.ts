export type { Composition } from './composition.ts';
export { type Facts, mediaIdsOf, type ReplyTarget, replyTargetOf } from './facts.ts';
export { firstBlocking, type Problem } from './problem.ts';
export { composeThread } from './thread.ts';
export { composeTweet } from './tweet.ts';
