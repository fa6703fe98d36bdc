import pg from 'pg';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { XAccount, XConnect, XPost } from '../../src/kernel/index.ts';
import { createWorld, type World } from '../support/world.ts';
import { ask, connect, RETURN_TO, sessionFor, travel } from './journey.ts';

let world: World;
let database: pg.Client;
let count = 0;
let user: string;

beforeAll(async () => {
  world = await createWorld();
  database = new pg.Client(world.databaseUrl);
  await database.connect();
  for (const name of ['alice', 'bob', 'carol']) await world.account(name);
});
beforeEach(() => {
  count += 1;
  user = `user-${count}`;
});
afterAll(async () => {
  await database.end();
  await world.close();
});

const post = (text: string, more: object = {}, userId = user) =>
  ask<XPost>(world, 'postTweet', { text, ...more }, userId);
const refusal = async (operation: string, input: object, userId = user) => {
  const { status, body } = await world.act(operation, { input }, sessionFor(userId));
  return { status, code: body.code, field: body.extensions.field };
};
const accounts = async (userId = user) =>
  (await world.act('xAccounts', {}, sessionFor(userId))).body as unknown as XAccount[];

describe('an app with its own auth', () => {
  it('connects an account and posts without a credential in the session', async () => {
    const account = await connect(world, user, 'alice');
    expect(account).toMatchObject({ username: 'alice', state: 'CONNECTED', isDefault: true });
    const tweet = await post(`connected ${user}`);
    expect(tweet).toMatchObject({ state: 'SENT', accountId: account.id, xUserId: account.xUserId });
    expect(await accounts()).toMatchObject([{ id: account.id, xUserId: account.xUserId }]);
  });

  it('retries with it what failed on the credentials of a session', async () => {
    const session = await world.session('alice');
    const userId = session['x-hasura-user-id'] ?? '';
    await world.fault('401');
    const failed = (await world.act('postTweet', { input: { text: `retry ${user}` } }, session)).body;
    expect(failed).toMatchObject({ state: 'FAILED', accountId: null });
    const { id } = await connect(world, userId, 'alice');
    const retried = await ask<XPost>(world, 'retryTweet', { id: failed.id }, userId);
    expect(retried).toMatchObject({ id: failed.id, state: 'SENT', accountId: id });
  });

  it('is told to connect first', async () => {
    expect(await refusal('postTweet', { text: 'nobody' })).toMatchObject({
      status: 409,
      code: 'ACCOUNT_REQUIRED',
    });
  });

  it('chooses among two accounts, and nobody else can', async () => {
    const first = await connect(world, user, 'alice');
    const second = await connect(world, user, 'bob');
    expect([first.isDefault, second.isDefault]).toEqual([true, false]);
    const chosen = await post(`as bob ${user}`, { accountId: second.id });
    expect(chosen).toMatchObject({ state: 'SENT', accountId: second.id, xUserId: second.xUserId });
    expect(await post(`as the default ${user}`)).toMatchObject({ accountId: first.id });
    const stranger = await refusal('postTweet', { text: 'mine?', accountId: second.id }, `${user}-stranger`);
    expect(stranger).toMatchObject({ status: 404, code: 'NOT_FOUND' });
    expect(await refusal('disconnectXAccount', { id: second.id }, `${user}-stranger`)).toMatchObject({
      code: 'NOT_FOUND',
    });
  });

  it('gets the same account again, with new credentials, when it connects it twice', async () => {
    const first = await connect(world, user, 'alice');
    const again = await connect(world, user, 'alice');
    expect(again.id).toBe(first.id);
    expect(await accounts()).toHaveLength(1);
    expect(await post(`again ${user}`)).toMatchObject({ state: 'SENT' });
  });

  it('connects the account of a session that brings its own credentials', async () => {
    const session = await world.session('bob', {
      'x-hasura-user-id': `twitter|${(await world.account('bob')).id}`,
    });
    const { status, body } = await world.act('connectXAccount', { input: {} }, session);
    expect(status).toBe(200);
    expect(body).toMatchObject({ username: 'bob', state: 'CONNECTED' });
  });
});

describe('a journey that goes wrong', () => {
  it('refuses a place to return to that nobody registered, before anything is made', async () => {
    expect(await refusal('startXConnect', { returnTo: 'https://evil.example/callback' })).toEqual({
      status: 400,
      code: 'INVALID_INPUT',
      field: 'returnTo',
    });
  });

  it('brings another account than the expected one back as wrong_account', async () => {
    const back = await travel(world, user, 'bob', 'alice');
    expect(back.searchParams.get('error')).toBe('wrong_account');
    expect(back.searchParams.get('code')).toBeNull();
    expect(await accounts()).toEqual([]);
  });

  it("gives a code to its own user, once, and the attacker's link attaches nothing", async () => {
    const back = await travel(world, user, 'alice');
    const code = back.searchParams.get('code');
    const asVictim = await refusal('connectXAccount', { code }, `${user}-victim`);
    expect(asVictim).toEqual({ status: 400, code: 'INVALID_INPUT', field: 'code' });
    expect(await accounts(`${user}-victim`)).toEqual([]);
    await ask<XAccount>(world, 'connectXAccount', { code }, user);
    expect(await refusal('connectXAccount', { code })).toEqual(asVictim);
    expect(await refusal('connectXAccount', { code: 'never-was' })).toEqual(asVictim);
  });

  it('lets a ticket be used once', async () => {
    const { url } = await ask<XConnect>(world, 'startXConnect', { returnTo: RETURN_TO }, user);
    expect((await fetch(url, { redirect: 'manual' })).status).toBe(302);
    const again = await fetch(url, { redirect: 'manual' });
    expect(again.status).toBe(400);
    expect(await again.text()).not.toContain('at ');
  });

  it('answers a callback of another browser with a page, and stores nothing', async () => {
    const { url } = await ask<XConnect>(world, 'startXConnect', { returnTo: RETURN_TO }, user);
    const departed = await fetch(url, { redirect: 'manual' });
    const token = new URL(departed.headers.get('location') ?? '').searchParams.get('oauth_token');
    for (const cookie of ['', 'herald-x=somebody-elses']) {
      const back = await fetch(`${world.url}/auth/x/callback?oauth_token=${token}&oauth_verifier=v`, {
        redirect: 'manual',
        headers: { cookie },
      });
      expect(back.status).toBe(400);
      expect(back.headers.get('cache-control')).toBe('no-store');
      expect(back.headers.get('referrer-policy')).toBe('no-referrer');
    }
    expect(await accounts()).toEqual([]);
  });
});

describe('credentials at rest', () => {
  it('do not open in another row', async () => {
    const mine = await connect(world, user, 'alice');
    const other = await connect(world, `${user}-b`, 'bob');
    await database.query(
      `update herald.account_credential
       set access_token = other.access_token, access_token_secret = other.access_token_secret
       from herald.account_credential as other
       where account_credential.account_id = $1 and other.account_id = $2`,
      [mine.id, other.id],
    );
    await database.query(
      `update herald.account_key set kid = other.kid, sealed = other.sealed
       from herald.account_key as other where account_key.account_id = $1 and other.account_id = $2`,
      [mine.id, other.id],
    );
    expect(await refusal('postTweet', { text: `stolen ${user}` })).toMatchObject({
      code: 'CREDENTIALS_INVALID',
    });
  });

  it('are gone after disconnecting: X forgets them too, and nothing that waits is sent', async () => {
    const { id } = await connect(world, user, 'dora');
    const disconnected = await ask<XAccount>(world, 'disconnectXAccount', { id }, user);
    expect(disconnected).toMatchObject({ id, state: 'DISCONNECTED', isDefault: false });
    const { rows } = await database.query(
      `select (select count(*)::int from herald.account_key where account_id = $1) as keys,
         (select count(*)::int from herald.account_credential where account_id = $1) as credentials`,
      [id],
    );
    expect(rows).toEqual([{ keys: 0, credentials: 0 }]);
    expect(await refusal('postTweet', { text: 'gone' })).toMatchObject({ code: 'ACCOUNT_REQUIRED' });
    expect(await refusal('postTweet', { text: 'gone', accountId: id })).toMatchObject({
      code: 'ACCOUNT_REQUIRED',
    });
    const requests = (await (await fetch(`${world.sandbox.url}/_sandbox/requests`)).json()) as {
      path: string;
      status: number;
    }[];
    expect(requests.filter(({ path }) => path.startsWith('/1.1/oauth/invalidate_token'))).toMatchObject([
      { status: 200 },
    ]);
  });

  it('are known to be refused when X says so to a read', async () => {
    const { id } = await connect(world, user, 'carol');
    await world.fault('401', { method: 'GET', path: '/2/users/me' });
    const { body } = await world.act('xMe', {}, sessionFor(user));
    expect(body.code).toBe('ACCOUNT_NEEDS_RECONNECT');
    expect(await accounts()).toMatchObject([{ id, state: 'NEEDS_RECONNECT' }]);
  });

  it('wait for a new connection when X refuses them, and the post goes out then', async () => {
    const { id } = await connect(world, user, 'bob');
    await world.fault('401');
    const waiting = await post(`after the reconnect ${user}`);
    expect(waiting).toMatchObject({ state: 'QUEUED', error: { code: 'ACCOUNT_NEEDS_RECONNECT' } });
    expect(await accounts()).toMatchObject([{ id, state: 'NEEDS_RECONNECT' }]);
    expect(await refusal('postTweet', { text: `another ${user}` })).toMatchObject({
      status: 409,
      code: 'ACCOUNT_NEEDS_RECONNECT',
    });
    await connect(world, user, 'bob');
    expect(await accounts()).toMatchObject([{ id, state: 'CONNECTED' }]);
    await expect
      .poll(async () => (await world.act('xPost', { id: waiting.id }, sessionFor(user))).body.state, {
        timeout: 10_000,
      })
      .toBe('SENT');
  });
});

describe('one X account of two users', () => {
  it('stays with the second when the first disconnects it', async () => {
    const first = await connect(world, user, 'bob');
    await connect(world, `${user}-b`, 'bob');
    await ask<XAccount>(world, 'disconnectXAccount', { id: first.id }, user);
    expect(await post(`still connected ${user}`, {}, `${user}-b`)).toMatchObject({ state: 'SENT' });
  });
});

describe('a repeated idempotency key', () => {
  it('is answered with its post although the account can no longer be posted as', async () => {
    const { id } = await connect(world, user, 'alice');
    const input = { text: `keyed ${user}`, idempotencyKey: `key-${user}` };
    const first = await post(input.text, input);
    expect(first.state).toBe('SENT');
    await ask<XAccount>(world, 'disconnectXAccount', { id }, user);
    expect(await post(input.text, input)).toMatchObject({ id: first.id, state: 'SENT', deduplicated: true });
    expect(await refusal('postTweet', { ...input, text: 'another' })).toMatchObject({
      code: 'IDEMPOTENCY_KEY_REUSED',
    });
    expect(await refusal('postTweet', { ...input, idempotencyKey: 'unknown' })).toMatchObject({
      code: 'ACCOUNT_REQUIRED',
    });
  });
});

describe('a Herald that was started with an older keyring', () => {
  // What a newer Herald sealed has a key that this one's keyring does not name.
  const rename = (table: string, column: string, id: string, kid: string) =>
    database.query(`update herald.${table} set kid = $2 where ${column} = $1`, [id, kid]);

  it('gives up nothing of an account that it has no key for yet', async () => {
    const { id } = await connect(world, user, 'alice');
    const { rows } = await database.query('select kid from herald.account_key where account_id = $1', [id]);
    await rename('account_key', 'account_id', id, 'newer');
    expect(await refusal('postTweet', { text: `early ${user}` })).toMatchObject({
      code: 'TEMPORARILY_UNAVAILABLE',
    });
    expect(await accounts()).toMatchObject([{ state: 'CONNECTED' }]);
    await rename('account_key', 'account_id', id, rows[0].kid);
    expect(await post(`later ${user}`)).toMatchObject({ state: 'SENT' });
  });

  it('lets a post wait whose credentials it has no key for yet', async () => {
    const session = await world.session('bob', { 'x-hasura-user-id': user, 'x-hasura-x-user-id': undefined });
    await world.fault('429');
    const { body } = await world.act('postTweet', { input: { text: `waits ${user}` } }, session);
    expect(body.state).toBe('QUEUED');
    const { rows } = await database.query('select kid from herald.post_credential where post_id = $1', [
      body.id,
    ]);
    await rename('post_credential', 'post_id', body.id, 'newer');
    await database.query('update herald.part set not_before = now() where post_id = $1', [body.id]);
    const now = async () => (await world.act('xPost', { id: body.id }, sessionFor(user))).body;
    await expect.poll(async () => (await now()).error.code, { timeout: 10_000 }).toBe('PAUSED');
    expect((await now()).state).toBe('QUEUED');
    await rename('post_credential', 'post_id', body.id, rows[0].kid);
    await database.query('update herald.part set not_before = now() where post_id = $1', [body.id]);
    await expect.poll(async () => (await now()).state, { timeout: 10_000 }).toBe('SENT');
  });
});
