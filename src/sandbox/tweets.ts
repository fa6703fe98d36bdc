import {
  type Answer,
  duplicateContent,
  forbidden,
  notPermitted,
  ok,
  parentGone,
  problem,
  resourceNotFound,
} from './answers.ts';
import type { Call } from './call.ts';
import { readFields } from './query.ts';
import type { Store, Tweet } from './store.ts';
import { readTweetBody } from './tweet-body.ts';
import { viewTweet } from './tweet-view.ts';
import type { User } from './users.ts';
import { LONGEST, weightedLength } from './weighted-length.ts';

/** X does not say for how long it remembers a text; a day is what Herald's contract assumes. */
const DUPLICATE_WINDOW_MS = 24 * 60 * 60_000;

/** The most characters that X takes from anybody, with links in full; also bounds the work of weighing. */
const LONGEST_WRITTEN = 25_000;

const sameAs = (text: string): string => text.normalize('NFC').trim();

/** POST /2/tweets: 201 with the tweet, or X's refusal, in the order schema, length, parent, duplicate. */
export function createTweet(store: Store, now: () => number, call: Call): Answer {
  const body = readTweetBody(call.contentType, call.body);
  if ('status' in body) return body;
  if (body.text.length > LONGEST_WRITTEN || weightedLength(body.text.trim()) > LONGEST) return notPermitted;
  if (body.replyTo !== undefined && !store.tweet(body.replyTo)) return parentGone;
  if (isDuplicate(store, call.user, body.text, now())) return duplicateContent;
  const tweet = store.addTweet(call.user, {
    text: body.text,
    inReplyTo: body.replyTo,
    replySettings: body.replySettings,
  });
  return ok({ data: viewTweet(tweet, new Set()) }, 201);
}

/** The same text by the same user within a day; a deleted tweet does not count. */
function isDuplicate(store: Store, author: User, text: string, now: number): boolean {
  const twin = store.latestWithText(author, sameAs(text));
  return twin !== undefined && now - twin.createdMs < DUPLICATE_WINDOW_MS;
}

/** GET /2/tweets/:id: 200, with `errors` instead of `data` when there is no such tweet. */
export function readTweet(store: Store, call: Call): Answer {
  const fields = readFields(call.query);
  if ('status' in fields) return fields;
  const tweet = store.tweet(call.path.id ?? '');
  return tweet ? ok({ data: viewTweet(tweet, fields) }) : resourceNotFound('tweet', call.path.id ?? '');
}

/** DELETE /2/tweets/:id, one's own only. */
export function deleteTweet(store: Store, call: Call): Answer {
  const tweet: Tweet | undefined = store.tweet(call.path.id ?? '');
  if (!tweet)
    return problem(404, 'Not Found Error', `Could not find tweet with id: [${call.path.id ?? ''}].`);
  if (tweet.author.id !== call.user.id) return forbidden('You are not authorized to delete this Tweet.');
  store.deleteTweet(tweet);
  return ok({ data: { deleted: true } });
}

/** GET /2/users/me. */
export function readMe(call: Call): Answer {
  const { id, name, username } = call.user;
  return ok({ data: { id, name, username } });
}
