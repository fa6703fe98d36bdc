import { print } from 'graphql';
import { beforeAll, describe, expect, it, vi } from 'vitest';
import {
  DeleteTweetDocument,
  type HeraldDocument,
  PostThreadDocument,
  PostTweetDocument,
  type PostTweetMutation,
  PreviewTweetDocument,
  problemOf,
  UploadTweetMediaDocument,
  uploadMedia,
  XMeDocument,
  XMediaDocument,
} from '../../client/src/index.ts';
import { loadConfig } from '../../src/config/index.ts';
import { generateKeyring } from '../../src/credentials/index.ts';
import { signInWithPkce } from '../../src/local/oauth.ts';
import { makePng, makePngOf } from '../media/files.ts';
import { waitForUrl } from '../support/processes.ts';
import { timelineOf } from './support/documents.ts';
import { openHouse } from './support/house.ts';

const house = await openHouse({ HERALD_KEYRING: await generateKeyring(new Date()) });
const { url } = house.herald;
const { x, environment } = house.scene;
const doors = ['action', 'remote schema', 'direct'] as const;
type Door = (typeof doors)[number];
/** Where a frontend sends its documents. */
const addresses = new Map<Door, string>();
let token: string;

beforeAll(async () => {
  await waitForUrl(`${url}/readyz`);
  const trusting = {
    HASURA_GRAPHQL_ENABLE_REMOTE_SCHEMA_PERMISSIONS: 'true',
    HASURA_GRAPHQL_JWT_SECRET: JSON.stringify({
      jwk_url: `${url}/.well-known/jwks.json`,
      issuer: url,
      audience: ['herald-dev'],
    }),
  };
  const action = await house.engine({ door: 'actions', environment: trusting });
  const remote = await house.engine({ door: 'remote-schema', environment: trusting });
  addresses.set('action', `${action.url}/v1/graphql`);
  addresses.set('remote schema', `${remote.url}/v1/graphql`);
  addresses.set('direct', `${url}/graphql`);
  await x.account('dora');
  const { config } = await loadConfig(environment);
  token = (await signInWithPkce(url, config, 'dora')).access_token;
});

interface Answer<Result> {
  readonly data?: Result | null;
  readonly errors?: readonly unknown[];
}

/** Sends a body as it is: what differs between the doors is the address alone. */
const sendBody = async <Result>(door: Door, body: string): Promise<Answer<Result>> => {
  const response = await fetch(addresses.get(door) ?? '', {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
    body,
  });
  return (await response.json()) as Answer<Result>;
};

/** Result and variables have the types that the generated document says. */
const send = <Result, Variables>(
  door: Door,
  document: HeraldDocument<Result, Variables> & { readonly text: string },
  variables: Variables,
): Promise<Answer<Result>> => sendBody<Result>(door, JSON.stringify({ query: document.text, variables }));

const tweetsWith = async (text: string) =>
  (await timelineOf(x, 'dora')).filter((tweet) => tweet.text === text);
const picture = makePng(32, 24);

describe.each(doors)('a generated document through the %s door', (door) => {
  it('posts', async () => {
    const text = `posted through the ${door} door`;
    const { data, errors } = await send(door, PostTweetDocument, { input: { text } });
    expect(errors).toBeUndefined();
    const [tweet] = await tweetsWith(text);
    expect(data?.postTweet).toMatchObject({ state: 'SENT', deduplicated: false, tweetId: tweet?.id });
    expect(data?.postTweet.parts).toMatchObject([{ position: 0, state: 'SENT', text, error: null }]);
  });

  it('reads', async () => {
    const { data } = await send(door, XMeDocument, {});
    expect(data?.xMe.username).toBe('dora');
  });

  it('says what a thread will be, and posts it so', async () => {
    const thread = { text: `A sentence goes through the ${door} door. `.repeat(9), numbering: true };
    const { data: seen } = await send(door, PreviewTweetDocument, { input: { thread } });
    expect(seen?.previewTweet).toMatchObject({ problems: [], costMicroUsd: 30_000 });
    const texts = seen?.previewTweet.parts.map(({ text }) => text) ?? [];
    expect(texts).toHaveLength(2);
    const { data } = await send(door, PostThreadDocument, { input: thread });
    expect(data?.postThread).toMatchObject({ costMicroUsd: 30_000, parts: texts.map((text) => ({ text })) });
    const [first, second] = await vi.waitFor(async () => {
      const found = (await Promise.all(texts.map(tweetsWith))).flat();
      expect(found).toHaveLength(2);
      return found;
    }, 20_000);
    expect(second?.in_reply_to_tweet_id).toBe(first?.id);
  });

  it('takes a picture with its description, posts it and deletes the tweet', async () => {
    const altText = `A blue square, through the ${door} door.`;
    const upload = await send(door, UploadTweetMediaDocument, {
      input: { base64: picture.toString('base64'), altText },
    });
    expect(upload.errors).toBeUndefined();
    const { id = '' } = upload.data?.uploadTweetMedia ?? {};
    const { data: asked } = await send(door, XMediaDocument, { id });
    expect(asked?.xMedia).toEqual(upload.data?.uploadTweetMedia);
    expect(asked?.xMedia).toMatchObject({ kind: 'IMAGE', state: 'READY', altText });
    const text = `a picture through the ${door} door`;
    const { data } = await send(door, PostTweetDocument, { input: { text, mediaIds: [id] } });
    expect(data?.postTweet).toMatchObject({ state: 'SENT', parts: [{ mediaIds: [id] }] });
    expect(await tweetsWith(text)).toMatchObject([{ alt_texts: [altText] }]);
    const tweetId = data?.postTweet.tweetId ?? '';
    const { data: deleted } = await send(door, DeleteTweetDocument, { input: { tweetId } });
    expect(deleted?.deleteTweet.tweetId).toBe(tweetId);
    expect(await tweetsWith(text)).toEqual([]);
  });

  it('takes a picture of exactly 5 MB, and none that is larger', async () => {
    const limitBytes = 5 * 1024 * 1024;
    const upload = (byteLength: number) =>
      send(door, UploadTweetMediaDocument, {
        input: { base64: makePngOf(byteLength).toString('base64') },
      });
    expect((await upload(limitBytes)).data?.uploadTweetMedia.state).toBe('READY');
    expect(problemOf(await upload(limitBytes + 1))).toMatchObject({
      code: 'MEDIA_INVALID',
      field: 'base64',
      accepted: 'no',
    });
  });

  it('posts a picture that came as a form', async () => {
    const { id } = await uploadMedia(`${url}/media`, token, new Blob([new Uint8Array(picture)]), {
      altText: 'As a form.',
    });
    const text = `a form's picture through the ${door} door`;
    const { data } = await send(door, PostTweetDocument, { input: { text, mediaIds: [id] } });
    expect(data?.postTweet.state).toBe('SENT');
    expect(await tweetsWith(text)).toMatchObject([{ alt_texts: ['As a form.'] }]);
  });

  it('has an error that the package understands', async () => {
    const problem = problemOf(await send(door, PostTweetDocument, { input: { text: '' } }));
    expect(problem).toMatchObject({
      code: 'TEXT_EMPTY',
      userAction: 'EDIT',
      field: 'text',
      accepted: 'no',
      requestId: expect.any(String),
    });
  });
});

describe('one request, byte for byte', () => {
  const variables = { input: { text: 'one body for all', idempotencyKey: 'gesture' } };

  it('is one post, whichever doors it goes through', async () => {
    const body = JSON.stringify({ query: PostTweetDocument.text, variables });
    const first = (await sendBody<PostTweetMutation>('action', body)).data?.postTweet;
    expect(first?.state).toBe('SENT');
    for (const door of doors)
      expect(await sendBody(door, body)).toEqual({ data: { postTweet: { ...first, deduplicated: true } } });
    expect(await tweetsWith('one body for all')).toHaveLength(1);
  });

  it('is the same from the syntax tree, which urql and Apollo print', async () => {
    const body = JSON.stringify({
      query: print(PostTweetDocument),
      operationName: 'PostTweet',
      variables,
    });
    for (const door of doors)
      expect((await sendBody<PostTweetMutation>(door, body)).data?.postTweet.deduplicated).toBe(true);
    expect(await tweetsWith('one body for all')).toHaveLength(1);
  });
});
