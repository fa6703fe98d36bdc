import { randomBytes } from 'node:crypto';
import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Person } from '../faults/support/people.ts';
import type { Engine } from '../support/engine/index.ts';
import { ask } from '../support/engine-client.ts';
import { hasuraIntrospection } from '../support/hasura-introspection.ts';
import { ME, POST } from './support/documents.ts';
import { AS_ADMIN, asPerson, newPerson, openHouse } from './support/house.ts';

const house = await openHouse();
let engine: Engine;
/** Actions and remote schema side by side. */
let both: Engine;
/** As it is without the engine's switch. */
let unguarded: Engine;
let person: Person;
const guarded = { HASURA_GRAPHQL_ENABLE_REMOTE_SCHEMA_PERMISSIONS: 'true' };

beforeAll(async () => {
  engine = await house.engine({ door: 'remote-schema', environment: guarded });
  both = await house.engine({ door: 'both', environment: guarded });
  unguarded = await house.engine({
    door: 'remote-schema',
    environment: { HASURA_GRAPHQL_UNAUTHORIZED_ROLE: 'anonymous' },
  });
});
beforeEach(async () => {
  person = await newPerson(house);
});

let texts = 0;
const post = async (headers: Readonly<Record<string, string>>, asked = engine) => {
  texts += 1;
  return ask(asked, POST, headers, { variables: { input: { text: `remotely ${texts}` } } });
};
const creates = async () => (await house.scene.x.creates()).length;
const refusal = async (headers: Readonly<Record<string, string>>, asked = engine) => {
  const before = await creates();
  const { data, errors } = await post(headers, asked);
  expect(data ?? null).toBeNull();
  expect(await creates()).toBe(before);
  return errors?.[0];
};

describe('Herald as a remote schema', () => {
  it('case 47: answers introspection on the static header alone', async () => {
    for (const asked of [engine, both]) expect(asked.inconsistent().join()).not.toContain('remote schema');
    const response = await fetch(`${house.herald.url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'x-hasura-webhook-secret': house.secret },
      body: JSON.stringify(hasuraIntrospection),
    });
    const body = (await response.json()) as object;
    expect(body).toMatchObject({ data: { __schema: { queryType: { name: 'Query' } } } });
    expect(body).not.toHaveProperty('errors');
  });

  it('case 48: refuses it without; the engine says that its metadata is inconsistent', async () => {
    const wrong = await house.engine({
      door: 'remote-schema',
      environment: { HERALD_WEBHOOK_SECRET: randomBytes(32).toString('base64url') },
    });
    expect(wrong.inconsistent().join()).toContain('WEBHOOK_SECRET_MISMATCH');
    const down = await house.engine({
      door: 'remote-schema',
      environment: { HERALD_URL: 'http://127.0.0.1:9' },
    });
    expect(down.inconsistent().join()).toContain('remote schema herald');
  });

  it('case 49: posts for the user of the token, as an action does', async () => {
    const { data } = await post(await asPerson(person));
    expect(data.postTweet).toMatchObject({ state: 'SENT', xUserId: person.xUserId, error: null });
    expect(await house.scene.x.tweets(person.username)).toMatchObject([{ id: data.postTweet.tweetId }]);
  });

  it('case 50: several root fields, each a request of its own with renamed variables', async () => {
    const query = `query Several($first: Int, $states: [XPostState!]) {
      me: xMe { ...Who } posts: xPosts(input: {first: $first, states: $states}) { posts { text: id } hasNextPage }
    } fragment Who on XMe { userId username }`;
    const { data, errors } = await ask(engine, query, await asPerson(person), {
      variables: { first: 1, states: ['SENT'] },
    });
    expect(errors).toBeUndefined();
    expect(data).toEqual({
      me: { userId: person.variables['x-hasura-user-id'], username: person.username },
      posts: { posts: [], hasNextPage: false },
    });
  });

  it('case 50: two posting fields in one mutation are two requests, and one tweet by their key', async () => {
    const query =
      'mutation ($i: PostTweetInput!) { a: postTweet(input: $i) { id } b: postTweet(input: $i) { id } }';
    const { data } = await ask(engine, query, await asPerson(person), {
      variables: { i: { text: 'alias', idempotencyKey: 'k' } },
    });
    expect(data.a.id).toBe(data.b.id);
    expect(await house.scene.x.tweets(person.username)).toHaveLength(1);
  });

  it('case 52: an error reaches the client with its code, and there is no errors key without one', async () => {
    const { errors } = await ask(engine, POST, await asPerson(person), {
      variables: { input: { text: '' } },
    });
    expect(errors?.[0]).toMatchObject({
      message: expect.any(String),
      path: ['postTweet'],
      extensions: { code: 'TEXT_EMPTY', userAction: 'EDIT', field: 'text', requestId: expect.any(String) },
    });
  });

  it('one document for both doors: what differs is only who answers', async () => {
    const actions = await house.engine();
    const first = await ask(actions, ME, await asPerson(person));
    expect(first.errors).toBeUndefined();
    expect((await ask(engine, ME, await asPerson(person))).data).toEqual(first.data);
    const input = { text: 'the same through both', idempotencyKey: 'door' };
    const more = { variables: { input } };
    const byAction = await ask(actions, POST, await asPerson(person), more);
    const byRemote = await ask(engine, POST, await asPerson(person), more);
    expect(byRemote.data.postTweet).toEqual({ ...byAction.data.postTweet, deduplicated: true });
  });

  it('beside the actions it has a namespace, and types with a prefix', async () => {
    const query = `mutation ($remote: HeraldPostTweetInput!, $action: PostTweetInput!) {
      postTweet(input: $action) { __typename id post { state } }
      herald { postTweet(input: $remote) { __typename id deduplicated } }
    }`;
    const input = { text: 'both doors at once' };
    const { data } = await ask(both, query, await asPerson(person), {
      variables: { remote: input, action: input },
    });
    expect(data).toEqual({
      postTweet: { __typename: 'XPost', id: data.postTweet.id, post: { state: 'SENT' } },
      herald: { postTweet: { __typename: 'HeraldXPost', id: data.postTweet.id, deduplicated: true } },
    });
  });
});

describe('who may not use the remote schema', () => {
  it('case 56: the unauthenticated role, where the engine lets everybody', async () => {
    const { 'x-hasura-role': _, ...variables } = person.variables;
    expect((await refusal(variables, unguarded))?.extensions).toMatchObject({ code: 'ROLE_NOT_ALLOWED' });
  });

  it('admin, and one who names no user', async () => {
    const { 'x-hasura-role': _, ...variables } = person.variables;
    for (const admin of [AS_ADMIN, { ...AS_ADMIN, ...variables }])
      expect((await refusal(admin))?.extensions?.code).toBe('ROLE_NOT_ALLOWED');
    const error = await refusal({ ...AS_ADMIN, 'x-hasura-role': 'user' });
    expect(error).toMatchObject({
      message: expect.stringContaining('x-hasura-user-id'),
      extensions: { code: 'ROLE_NOT_ALLOWED' },
    });
  });

  it('with the engine’s permissions a role that has none sees no field', async () => {
    const error = await refusal({ ...AS_ADMIN, ...person.variables, 'x-hasura-role': 'guest' });
    expect(error?.extensions?.code).toBe('validation-failed');
  });

  it('sealed credentials of somebody else', async () => {
    const other = await newPerson(house);
    const stolen = { ...person.variables, 'x-hasura-user-id': other.variables['x-hasura-user-id'] ?? '' };
    expect((await refusal({ ...AS_ADMIN, ...stolen }))?.extensions?.code).toBe('CREDENTIALS_INVALID');
  });

  it('a client that sends the secret itself gets the configured one in its place', async () => {
    const { data } = await post({ ...(await asPerson(person)), 'x-hasura-webhook-secret': 'forged' });
    expect(data.postTweet.state).toBe('SENT');
  });

  it.each(['x_hasura_user_id', 'xhasura-user-id'])('%s is no x-hasura-user-id', async (name) => {
    const error = await refusal({
      ...AS_ADMIN,
      'x-hasura-role': 'user',
      [name]: person.variables['x-hasura-user-id'] ?? '',
    });
    expect(error?.extensions?.code).toBe('ROLE_NOT_ALLOWED');
  });

  it('session variables of more than 16 KiB: refused, and the next one is served', async () => {
    const error = await refusal({ ...AS_ADMIN, ...person.variables, 'x-hasura-note': 'a'.repeat(20_000) });
    expect(error?.message).toBeDefined();
    expect((await post(await asPerson(person))).data.postTweet.state).toBe('SENT');
  });
});

describe('a subscription on the tracked row', () => {
  it('shows a post on its way, to its user alone', async () => {
    const other = await newPerson(house);
    const query =
      'subscription { herald_post(order_by: {created_at: desc}, limit: 1) { state parts { tweet_id } } }';
    await house.scene.pause();
    const { data } = await post(await asPerson(person));
    expect(data.postTweet.state).toBe('QUEUED');
    const states: string[] = [];
    const seenByOther: unknown[] = [];
    let done = (): void => {};
    const sent = new Promise<void>((resolve) => {
      done = resolve;
    });
    const watching = engine.subscribe({ query }, await asPerson(person), ({ data: rows }) => {
      const [row] = (rows?.herald_post ?? []) as { state: string }[];
      states.push(row?.state ?? 'none');
      if (row?.state === 'SENT') done();
    });
    const watchingToo = engine.subscribe({ query }, await asPerson(other), ({ data: rows }) => {
      seenByOther.push(rows?.herald_post);
    });
    await house.scene.resume();
    await sent;
    await Promise.all([watching.stop(), watchingToo.stop()]);
    expect([states[0], states.at(-1)]).toEqual(['QUEUED', 'SENT']);
    expect(seenByOther).toEqual([[]]);
  });
});
