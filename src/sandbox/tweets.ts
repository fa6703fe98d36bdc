import {
  type Answer,
  duplicateContent,
  forbidden,
  notFound,
  notPermitted,
  ok,
  resourceNotFound,
} from './answers.ts';
import type { Call } from './call.ts';
import { asksForReferenced, readFields } from './query.ts';
import { refuseByPlan, refuseMedia } from './rules.ts';
import type { World } from './server.ts';
import type { Store } from './store.ts';
import { readTweetBody } from './tweet-body.ts';
import { expand, viewTweet } from './tweet-view.ts';
import type { User } from './users.ts';
import { LONGEST, weightedLength } from './weighted-length.ts';

/** X does not say for how long it remembers a text; a day is what Herald's contract assumes. */
const DUPLICATE_WINDOW_MS = 24 * 60 * 60_000;

/** The most characters that X takes from anybody, with links in full; also bounds the work of weighing. */
const LONGEST_WRITTEN = 25_000;

const NO_FIELDS: ReadonlySet<string> = new Set();

const sameAs = (text: string): string => text.normalize('NFC').trim();

/** POST /2/tweets: 201 with the tweet, or X's refusal, in the order schema, length, plan and parent, media, duplicate. */
export function createTweet(world: World, call: Call): Answer {
  const { store, media, plan, now } = world;
  const body = readTweetBody(call);
  if ('status' in body) return body;
  if (body.text.length > LONGEST_WRITTEN || weightedLength(body.text.trim()) > LONGEST) return notPermitted;
  const refusal = refuseByPlan(plan, store, call.user, body) ?? refuseMedia(media, call.user, body.mediaIds);
  if (refusal) return refusal;
  if (isDuplicate(store, call.user, body.text, now())) return duplicateContent;
  const tweet = store.addTweet(call.user, body);
  return ok({ data: viewTweet(tweet, NO_FIELDS, world) }, 201);
}

/** The same text by the same user within a day; a deleted tweet does not count, and one without text never does. */
function isDuplicate(store: Store, author: User, text: string, now: number): boolean {
  const twin = text.trim() === '' ? undefined : store.latestWithText(author, sameAs(text));
  return twin !== undefined && now - twin.createdMs < DUPLICATE_WINDOW_MS;
}

/** GET /2/tweets/:id: 200, with `errors` instead of `data` when there is no such tweet. */
export function readTweet(world: World, call: Call): Answer {
  const fields = readFields(call.query);
  if ('status' in fields) return fields;
  const tweet = world.store.tweet(call.path.id ?? '');
  if (!tweet) return resourceNotFound('tweet', call.path.id ?? '');
  const more = asksForReferenced(call.query) ? expand([tweet], fields, world) : {};
  return ok({ data: viewTweet(tweet, fields, world), ...more });
}

/** DELETE /2/tweets/:id, one's own only. */
export function deleteTweet({ store }: World, call: Call): Answer {
  const tweet = store.tweet(call.path.id ?? '');
  if (!tweet) return notFound('tweet', call.path.id ?? '');
  if (tweet.author.id !== call.user.id) return forbidden('You are not authorized to delete this Tweet.');
  store.deleteTweet(tweet);
  return ok({ data: { deleted: true } });
}

/** GET /2/users/me. */
export function readMe(call: Call): Answer {
  const { id, name, username } = call.user;
  return ok({ data: { id, name, username } });
}
