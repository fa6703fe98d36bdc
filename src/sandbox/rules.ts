import {
  type Answer,
  invalidRequest,
  notPermitted,
  parentGone,
  quoteNotAllowed,
  replyNotAllowed,
} from './answers.ts';
import type { MediaLibrary } from './media.ts';
import { countCashtags, findMentions } from './mentions.ts';
import type { NewTweet, Store, Tweet } from './store.ts';
import type { User } from './users.ts';

/** What the application has bought; X allows self-serve ones less. */
export const PLANS = ['self-serve', 'enterprise'] as const;
export type Plan = (typeof PLANS)[number];

/** X's refusal of what the plan does not allow, or of a parent or quoted tweet that is not there. */
export function refuseByPlan(plan: Plan, store: Store, author: User, tweet: NewTweet): Answer | undefined {
  const restricted = plan === 'self-serve';
  if (restricted && countCashtags(tweet.text) > 1) return notPermitted;
  if (tweet.quotes !== undefined) {
    if (restricted) return quoteNotAllowed;
    if (!store.tweet(tweet.quotes)) return noSuchQuoted(tweet.quotes);
  }
  if (tweet.inReplyTo === undefined) return undefined;
  const parent = store.tweet(tweet.inReplyTo);
  if (!parent) return parentGone;
  return restricted && !mayReply(store, author, parent) ? replyNotAllowed : undefined;
}

const noSuchQuoted = (id: string): Answer =>
  invalidRequest('The field quote_tweet_id is not a tweet that is visible to you.', { quote_tweet_id: [id] });

/** Since 2026-02-23: to one's own tweet, or when its author mentioned or quoted one in it. */
function mayReply(store: Store, author: User, parent: Tweet): boolean {
  if (parent.author.id === author.id) return true;
  if (parent.quotes !== undefined && store.tweet(parent.quotes)?.author.id === author.id) return true;
  const handle = author.username.toLowerCase();
  return findMentions(parent.text).some(({ username }) => username.toLowerCase() === handle);
}

/** X's 400 for files that cannot go out with a tweet: not the author's, not ready, expired, or not together. */
export function refuseMedia(
  library: MediaLibrary,
  author: User,
  ids: readonly string[] = [],
): Answer | undefined {
  const parameters = { 'media.media_ids': ids };
  const files = ids.map((id) => library.find(id));
  if (files.some((file) => file?.ownerId !== author.id || library.stateOf(file) !== 'succeeded')) {
    return invalidRequest('Your media IDs are invalid.', parameters);
  }
  return files.length > 1 && files.some((file) => file?.kind !== 'image')
    ? invalidRequest('A tweet takes up to 4 images, or 1 GIF, or 1 video.', parameters)
    : undefined;
}
