import { parse } from 'graphql';
import { beforeAll, expect, it, vi } from 'vitest';
import { makePng } from '../media/files.ts';
import { ask } from '../support/engine-client.ts';
import { timelineOf } from './support/documents.ts';
import { ADMIN_SECRET, openHouse } from './support/house.ts';
import { readPage } from './support/page.ts';
import { newPoster, type Poster } from './support/stage.ts';

/*
 * The documents of docs/posting.md, sent through an engine's actions in the order of the page. What one of them gives is what
 * those behind it name as a variable.
 */

const page = readPage('docs/posting.md');
const documents = page.blocks('graphql');
const house = await openHouse();
const engine = await house.engine();
const { x } = house.scene;
/** By the names that the page gives them; ids of answers are added. */
const values = new Map<string, unknown>([['base64', makePng(64, 64).toString('base64')]]);
let poster: Poster;

type Given = Readonly<Record<string, unknown>>;

beforeAll(async () => {
  poster = await newPoster(engine, ADMIN_SECRET, x);
});

const variablesOf = (document: string): Record<string, unknown> => {
  const [operation] = parse(document).definitions;
  if (operation?.kind !== 'OperationDefinition') throw new Error(`No operation: ${document}`);
  const names = (operation.variableDefinitions ?? []).map(({ variable }) => variable.name.value);
  return Object.fromEntries(names.map((name) => [name, values.get(name)]));
};

/** The field that a document asks for, and what it gives. */
const send = async (document: string): Promise<[string, Given]> => {
  const { data, errors } = await ask<Record<string, Given>>(engine, document, poster.headers, {
    variables: variablesOf(document),
  });
  expect(errors).toBeUndefined();
  const [field, given] = Object.entries(data)[0] ?? ['', {}];
  if (field === 'uploadTweetMedia') values.set('mediaId', given.id);
  if (field === 'postTweet' && given.tweetId !== undefined) values.set('tweetId', given.tweetId);
  return [field, given];
};

it.each(documents)('%s', async (document) => {
  const [field, given] = await send(document);
  if (field === 'previewTweet') {
    expect(given).toMatchObject({
      costMicroUsd: 200_000,
      problems: [{ code: 'LINK_COSTS_MORE', blocking: false }],
    });
  }
  if (field === 'uploadTweetMedia' || field === 'xMedia') expect(given).toMatchObject({ state: 'READY' });
  if (field === 'postTweet') expect(given).toMatchObject({ state: 'SENT' });
  if (field === 'deleteTweet') expect(given).toMatchObject({ tweetId: values.get('tweetId') });
});

it('and the timeline has what the page says', async () => {
  const tweets = await vi.waitFor(async () => {
    const found = await timelineOf(x, poster.username);
    expect(found.filter(({ text }) => /\d\/\d$/.test(text)).length).toBeGreaterThan(1);
    expect(found.map(({ text }) => text)).toContain('Third: whoever harmed one was in trouble.');
    return found;
  }, 30_000);
  const picture = tweets.find(({ text }) => text === 'A herald at the gate.');
  expect(picture?.alt_texts).toEqual(['A herald blows a trumpet in front of a city gate.']);
  const [first, second, third] = tweets.filter(({ text }) => /^(Three|Second|Third)/.test(text));
  expect(first?.in_reply_to_tweet_id).toBeNull();
  expect(second?.in_reply_to_tweet_id).toBe(first?.id);
  expect(third?.in_reply_to_tweet_id).toBe(second?.id);
  // The page deletes the poll's.
  expect(tweets.map(({ text }) => text)).not.toContain('Who announces it?');
});
