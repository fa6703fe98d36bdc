import { expect } from 'vitest';
import type { XMedia, XPost } from '../../src/kernel/index.ts';
import type { Person } from '../faults/support/people.ts';
import { readRows } from '../support/postgres.ts';
import { ask, type Refusal, type Stage } from './stage.ts';

/** The person's tweets are these texts, each a reply to the one before, and they are the post's live parts. */
export const expectChain = async (
  { x }: Pick<Stage, 'x'>,
  person: Person,
  post: XPost,
  texts: readonly string[],
): Promise<void> => {
  const tweets = await x.tweets(person.username);
  expect(tweets.map(({ text }) => text)).toEqual(texts);
  const live = post.parts.flatMap(({ tweetId }) => tweetId ?? []);
  expect(tweets.map(({ id }) => id)).toEqual(live);
  expect(tweets.map((tweet) => tweet.in_reply_to_tweet_id)).toEqual([null, ...live.slice(0, -1)]);
};

/** A tweet takes the file, and X shows it with its alt text. */
export const expectPosted = async (
  stage: Stage,
  person: Person,
  media: XMedia,
  altText: string | null,
): Promise<void> => {
  const post = await ask(stage, person, 'postTweet', { mediaIds: [media.id] });
  expect(post).toMatchObject({ state: 'SENT', error: null });
  expect(post.parts[0]?.mediaIds).toEqual([media.id]);
  const tweets = await stage.x.tweets(person.username);
  expect(tweets.at(-1)).toMatchObject({ id: post.tweetId, text: '', alt_texts: [altText] });
};

/** What a refusal must leave as it was: the ledger, what was spent, and everything at X. */
const traces = async ({ world, x }: Stage) => {
  const [counts] = await readRows(
    world.databaseUrl,
    `select (select count(*) from herald.post) as posts, (select count(*) from herald.media) as files,
      (select coalesce(sum(micro_usd), 0) from herald.spending) as spent`,
  );
  const atX = (await x.requests()).filter(({ method }) => method !== 'GET').length;
  return { ...counts, atX };
};

/** `refusal` is a code and a field, e.g. `MEDIA_INVALID mediaIds.1`; `sentence` what the message says. */
export const expectNothingDone = async (
  stage: Stage,
  ask: () => Promise<Refusal>,
  refusal: string,
  sentence: RegExp,
): Promise<void> => {
  const before = await traces(stage);
  const told = await ask();
  const [code, field] = refusal.split(' ');
  expect(told.extensions).toMatchObject({ code, field });
  expect(told.message).toMatch(sentence);
  expect(await traces(stage)).toEqual(before);
};
