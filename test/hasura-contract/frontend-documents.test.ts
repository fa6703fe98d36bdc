import { print } from 'graphql';
import { beforeAll, describe, expect, it } from 'vitest';
import {
  type HeraldDocument,
  PostTweetDocument,
  type PostTweetMutation,
  problemOf,
  XMeDocument,
} from '../../client/src/index.ts';
import { loadConfig } from '../../src/config/index.ts';
import { generateKeyring } from '../../src/credentials/index.ts';
import { signInWithPkce } from '../../src/local/oauth.ts';
import { waitForUrl } from '../support/processes.ts';
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

const tweetsWith = async (text: string) => (await x.tweets('dora')).filter((tweet) => tweet.text === text);

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
