import { randomUUID } from 'node:crypto';
import pg from 'pg';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { HeraldError, type Ledger } from '../../src/kernel/index.ts';
import { ask, connect } from '../sign-in/journey.ts';
import { createWorld, type World } from '../support/world.ts';
import { openDoors, SECRET } from './open-doors.ts';

let world: World;
let engine: pg.Client;
let operator: pg.Client;
let user: string;
let tidied = 0;
/** What goes wrong in the next `accept`: before anything is written, or right after it. */
let mishap: 'away' | 'killed' | undefined;

const withMishaps = (ledger: Ledger): Ledger => ({
  ...ledger,
  accept: async (post) => {
    const happening = mishap;
    mishap = undefined;
    if (happening === 'away')
      throw new HeraldError('TEMPORARILY_UNAVAILABLE', { retryAt: new Date(Date.now() + 7_000) });
    const accepted = await ledger.accept(post);
    if (happening === 'killed') throw new Error('killed');
    return accepted;
  },
  tidy: async () => {
    tidied += 1;
    await ledger.tidy();
  },
});

beforeAll(async () => {
  // Its own hourly round of tidying would be counted too.
  world = await createWorld({ overrides: { aroundLedger: withMishaps }, working: false });
  operator = new pg.Client(world.databaseUrl);
  engine = new pg.Client({ connectionString: world.databaseUrl, options: '-c role=herald_events' });
  await Promise.all([operator.connect(), engine.connect()]);
  for (const name of ['alice', 'bob']) await world.account(name);
});
beforeEach(() => {
  user = randomUUID();
});
afterAll(async () => {
  await Promise.all([operator.end(), engine.end()]);
  await world.close();
});

/** Inserts a row as the engine does for a user's mutation; gives its id. */
const request = async (columns: Record<string, unknown>): Promise<string> => {
  const row = { user_id: user, ...columns };
  const names = Object.keys(row);
  const { rows } = await engine.query<{ id: string }>(
    `insert into herald.post_request (${names.join(', ')})
     values (${names.map((_, index) => `$${index + 1}`).join(', ')}) returning id`,
    Object.values(row),
  );
  return rows[0]?.id ?? '';
};

const rowOf = async (id: string) =>
  (await engine.query('select * from herald.post_request where id = $1', [id])).rows[0];

interface Answer {
  readonly status: number;
  readonly retryAfter: string | null;
  readonly body: {
    readonly postId: string | null;
    readonly state: string;
    readonly error?: { readonly code: string };
    readonly code: string;
    readonly message: string;
  };
}

const send = async (
  body: unknown,
  headers: Record<string, string> = {},
  at = { url: world.url, secret: world.secret },
): Promise<Answer> => {
  const response = await fetch(`${at.url}/hasura/events`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'x-hasura-webhook-secret': at.secret, ...headers },
    body: JSON.stringify(body),
  });
  const retryAfter = response.headers.get('retry-after');
  return { status: response.status, retryAfter, body: (await response.json()) as Answer['body'] };
};

/** An event of a trigger as the engine sends it. */
const inserted = (requestId: string, changes: object = {}) => ({
  id: randomUUID(),
  created_at: '2026-11-22T09:30:00.123Z',
  trigger: { name: 'herald_post_request' },
  table: { schema: 'herald', name: 'post_request' },
  event: {
    session_variables: null,
    op: 'INSERT',
    data: { old: null, new: { id: requestId } },
    trace_context: { trace_id: '4bf92f3577b34da6', span_id: '00f067aa0ba902b7' },
  },
  delivery_info: { current_retry: 0, max_retries: 3 },
  ...changes,
});

const oneOff = (requestId: string, id: string = randomUUID()) => ({
  id,
  scheduled_time: '2026-11-22T09:30:00Z',
  created_at: '2026-11-22T09:29:00Z',
  payload: { postRequestId: requestId },
});

const cron = (payload: unknown, id: string = randomUUID()) => ({
  id,
  name: 'herald_tidy',
  scheduled_time: '2026-11-22T09:30:00Z',
  payload,
});

const tweetsWith = async (text: string) => (await world.tweets()).filter((tweet) => tweet.text === text);

describe('a row of post_request', () => {
  it("becomes a post of its user's default account", async () => {
    const account = await connect(world, user, 'alice');
    const text = `by a row ${user}`;
    const id = await request({ text });
    const { status, body } = await send(inserted(id));
    expect([status, body.state]).toEqual([200, 'SENT']);
    expect(Object.keys(body)).toEqual(['postId', 'state']);
    expect(await tweetsWith(text)).toMatchObject([{ username: 'alice' }]);
    expect(await rowOf(id)).toMatchObject({ post_id: body.postId, error_code: null });
    const { rows } = await operator.query('select account_id, user_uuid from herald.post where id = $1', [
      body.postId,
    ]);
    expect(rows).toEqual([{ account_id: account.id, user_uuid: user }]);
    expect(world.log).toContainEqual({
      evt: 'request',
      fields: expect.objectContaining({ operation: 'postTweet', postId: body.postId, status: 200 }),
    });
  });

  it('becomes a post of the account that it names, with everything that it asks for', async () => {
    await connect(world, user, 'alice');
    const bob = await connect(world, user, 'bob');
    const parent = await send(inserted(await request({ text: `@bob parent ${user}` })));
    const [tweet] = await tweetsWith(`@bob parent ${user}`);
    const id = await request({
      text: `reply ${user}`,
      account_id: bob.id,
      in_reply_to_tweet_id: tweet?.id,
      reply_settings: 'FOLLOWING',
      idempotency_key: 'mine',
      expires_at: new Date(Date.now() + 60_000),
    });
    const { body } = await send(inserted(id));
    expect([parent.body.state, body.state]).toEqual(['SENT', 'SENT']);
    expect(await tweetsWith(`reply ${user}`)).toMatchObject([
      { username: 'bob', in_reply_to_tweet_id: tweet?.id },
    ]);
  });

  it('is never posted with what the session variables of the event hold', async () => {
    const session = await world.session('alice', { 'x-hasura-user-id': user });
    const event = inserted(await request({ text: `with envelopes ${user}` }));
    const { body } = await send({ ...event, event: { ...event.event, session_variables: session } });
    expect(body).toMatchObject({ state: 'REFUSED', error: { code: 'ACCOUNT_REQUIRED' } });
    expect(await tweetsWith(`with envelopes ${user}`)).toEqual([]);
  });
});

describe('an event that comes again', () => {
  it('changes nothing and is answered the same, by whatever event', async () => {
    await connect(world, user, 'alice');
    const text = `once ${user}`;
    const id = await request({ text });
    const event = inserted(id);
    const first = await send(event);
    const again = await send({ ...event, delivery_info: { current_retry: 1, max_retries: 3 } });
    expect(again).toEqual(first);
    expect((await send(oneOff(id))).body).toEqual(first.body);
    expect(await tweetsWith(text)).toHaveLength(1);
  });

  it('makes one post when it comes ten times at once', async () => {
    await connect(world, user, 'alice');
    const text = `ten at once ${user}`;
    const event = inserted(await request({ text }));
    const answers = await Promise.all(Array.from({ length: 10 }, () => send(event)));
    expect(new Set(answers.map(({ body }) => body.postId)).size).toBe(1);
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]));
    expect(await tweetsWith(text)).toHaveLength(1);
  });

  it('is told from another row with the same text, which is a wish of its own', async () => {
    await connect(world, user, 'alice');
    const text = `twice ${user}`;
    const first = await send(inserted(await request({ text })));
    const second = await send(inserted(await request({ text })));
    expect(second.body.postId).not.toBe(first.body.postId);
    // X refuses the copy; that is between X and the user.
    expect([first.body.state, second.body.state]).toEqual(['SENT', 'FAILED']);
  });

  it('finds the post of a process that died right after it accepted it, also when the default account changed', async () => {
    const alice = await connect(world, user, 'alice');
    await connect(world, user, 'bob');
    const id = await request({ text: `killed ${user}` });
    const event = inserted(id);
    mishap = 'killed';
    expect(await send(event)).toMatchObject({ status: 500, retryAfter: null });
    await ask(world, 'disconnectXAccount', { id: alice.id }, user);
    const again = await send({ ...event, delivery_info: { current_retry: 1, max_retries: 3 } });
    expect(again).toMatchObject({ status: 200, body: { state: 'SENDING' } });
    const { rows } = await operator.query('select id, account_id from herald.post where user_id = $1', [
      user,
    ]);
    expect(rows).toEqual([{ id: again.body.postId, account_id: alice.id }]);
  });
});

describe('a refusal that a retry cannot heal', () => {
  it('is written on the row, and stands for the same event; another one tries again', async () => {
    const text = `too early ${user}`;
    const id = await request({ text });
    const event = inserted(id);
    const refused = await send(event);
    expect(refused).toMatchObject({
      status: 200,
      body: { postId: null, state: 'REFUSED', error: { code: 'ACCOUNT_REQUIRED', userAction: 'CONNECT' } },
    });
    expect(await rowOf(id)).toMatchObject({
      post_id: null,
      error_code: 'ACCOUNT_REQUIRED',
      error_message: expect.stringContaining('startXConnect'),
      error_user_action: 'CONNECT',
    });
    await connect(world, user, 'alice');
    expect(await send(event)).toEqual(refused);
    expect(await tweetsWith(text)).toEqual([]);

    const { body } = await send(oneOff(id));
    expect(body.state).toBe('SENT');
    expect(await rowOf(id)).toMatchObject({ post_id: body.postId, error_code: null, error_message: null });
  });

  it.each([
    ['no text', {}, 'TEXT_EMPTY'],
    ['a long text', { text: 'x'.repeat(281) }, 'TEXT_TOO_LONG'],
    ['a setting that X does not have', { reply_settings: 'NOBODY' }, 'INVALID_INPUT'],
    ['a parent that is no tweet', { in_reply_to_tweet_id: 'abc' }, 'INVALID_INPUT'],
    ['a time that is over', { expires_at: '2020-01-01T00:00:00Z' }, 'INVALID_INPUT'],
    ['an empty key', { idempotency_key: '' }, 'INVALID_INPUT'],
    ['an unknown account', { account_id: randomUUID() }, 'NOT_FOUND'],
    ['a user id that is none', { user_id: 'a\u0001b' }, 'ROLE_NOT_ALLOWED'],
  ])('tells of %s', async (_what, columns, code) => {
    await connect(world, user, 'alice');
    const id = await request({
      ...('text' in columns || code === 'TEXT_EMPTY' ? {} : { text: 'hi' }),
      ...columns,
    });
    const { status, body } = await send(inserted(id));
    expect([status, body.state, body.error?.code]).toEqual([200, 'REFUSED', code]);
    expect(await rowOf(id)).toMatchObject({ post_id: null, error_code: code });
  });

  it('tells of a key that belongs to another post, and of an account of somebody else', async () => {
    const { id: account_id } = await connect(world, user, 'alice');
    await ask(world, 'postTweet', { text: `first ${user}`, idempotencyKey: 'k' }, user);
    const reused = await send(inserted(await request({ text: `second ${user}`, idempotency_key: 'k' })));
    expect(reused.body.error?.code).toBe('IDEMPOTENCY_KEY_REUSED');
    const same = await send(inserted(await request({ text: `first ${user}`, idempotency_key: 'k' })));
    expect(same.body.state).toBe('SENT');
    const stranger = randomUUID();
    const stolen = await send(inserted(await request({ user_id: stranger, text: 'mine?', account_id })));
    expect(stolen.body.error?.code).toBe('NOT_FOUND');
  });
});

describe('a failure that a retry may heal', () => {
  it('is 503, with Retry-After for as long as there are tries, and leaves the row open', async () => {
    await connect(world, user, 'alice');
    const id = await request({ text: `later ${user}` });
    const event = inserted(id);
    const attempt = (current_retry: number) => {
      mishap = 'away';
      return send({ ...event, delivery_info: { current_retry, max_retries: 2 } });
    };
    expect(await attempt(0)).toMatchObject({ status: 503, body: { code: 'TEMPORARILY_UNAVAILABLE' } });
    expect((await attempt(1)).retryAfter).toMatch(/^[1-7]$/);
    expect(await attempt(2)).toMatchObject({ status: 503, retryAfter: null });
    mishap = 'away';
    // Scheduled events do not say how many tries they have.
    expect(await send(oneOff(id))).toMatchObject({ status: 503, retryAfter: null });
    expect(await rowOf(id)).toMatchObject({ post_id: null, error_code: null });
    expect((await send(event)).body.state).toBe('SENT');
  });

  it('is what a process on its way out answers', async () => {
    const doors = await openDoors({ mayBegin: () => false });
    const at = { url: doors.url, secret: SECRET };
    expect(await send(inserted(randomUUID()), {}, at)).toMatchObject({ status: 503, retryAfter: '5' });
    const last = inserted(randomUUID(), { delivery_info: { current_retry: 3, max_retries: 3 } });
    expect(await send(last, {}, at)).toMatchObject({ status: 503, retryAfter: null });
    await doors.close();
  });
});

describe('a scheduled event', () => {
  it.each([
    ['of a cron trigger', cron(null)],
    ['that says what to do', cron({ do: 'tidy' })],
    ['that is one-off', { ...oneOff(''), payload: null }],
  ])('%s tidies, once', async (_what, event) => {
    const before = tidied;
    const done = { status: 200, body: { postId: null, state: 'DONE' } };
    expect(await send(event)).toMatchObject(done);
    expect(await send(event)).toMatchObject(done);
    expect(tidied).toBe(before + 1);
  });

  it('posts the request that its payload names', async () => {
    await connect(world, user, 'alice');
    const text = `scheduled ${user}`;
    const event = oneOff((await request({ text })).toUpperCase());
    const first = await send(event);
    expect(first.body.state).toBe('SENT');
    expect(await send(event)).toEqual(first);
    expect(await tweetsWith(text)).toHaveLength(1);
  });
});

describe('an event that Herald has no use for', () => {
  const row = (changes: object) => inserted(randomUUID(), changes);

  it.each([
    [404, 'this trigger is on public.users', row({ table: { schema: 'public', name: 'users' } })],
    [400, 'for INSERT alone', row({ event: { op: 'UPDATE', data: { new: { id: randomUUID() } } } })],
    [400, 'must have id in its payload', row({ event: { op: 'INSERT', data: { new: { text: 'hi' } } } })],
    [400, 'must have id in its payload', row({ event: { op: 'INSERT', data: null } })],
    [404, 'no such row', row({})],
    [404, 'no such row', oneOff(randomUUID())],
    [400, 'payload must be', cron({ do: 'dance' })],
    [400, 'payload must be', cron({ do: 'tidy', postRequestId: randomUUID() })],
    [400, 'payload must be', oneOff('not-a-uuid')],
    [400, 'id must be', cron(null, '')],
    [400, 'neither a table nor a scheduled_time', { id: randomUUID() }],
    [400, 'must be a JSON object', []],
  ])('is %d: %s', async (status, sentence, body) => {
    const answer = await send(body);
    expect([answer.status, answer.retryAfter]).toEqual([status, null]);
    expect(answer.body.message).toContain(sentence);
    expect(answer.body.code).toBe(status === 400 ? 'INVALID_REQUEST' : answer.body.code);
  });

  it('is not even read without the secret', async () => {
    const answer = await send(cron(null), { 'x-hasura-webhook-secret': 'wrong' });
    expect(answer).toMatchObject({ status: 401, body: { code: 'WEBHOOK_SECRET_MISMATCH' } });
  });
});
