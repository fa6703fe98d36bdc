import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { HeraldError } from '../../src/kernel/index.ts';
import { openWorld, RETURN_TO, type Returned, sessionOf, ticketOf, type World } from './world.ts';

const alice = sessionOf('alice');
const mallory = sessionOf('mallory');
const MINUTES = 60_000;

let world: World;
beforeEach(async () => {
  world = await openWorld();
});
afterEach(() => world.close());

const nothingStored = () => {
  expect(world.memory.rows.size).toBe(0);
  expect([...world.memory.tokens.values()].filter(({ kind }) => kind === 'code')).toEqual([]);
};

const refusedCode = {
  code: 'INVALID_INPUT',
  field: 'code',
  message: expect.stringContaining('startXConnect'),
};

describe('connecting an account', () => {
  it('goes from startXConnect over X to the account', async () => {
    const started = await world.room.operations.startXConnect(alice, { returnTo: RETURN_TO });
    expect(started.url).toMatch(/^https:\/\/herald\.example\/auth\/x\/connect\?ticket=[\w-]{43}$/);
    const leftMs = Date.parse(started.expiresAt) - world.now().getTime();
    expect(leftMs).toBeGreaterThan(9 * MINUTES);
    expect(leftMs).toBeLessThanOrEqual(10 * MINUTES);

    const departed = await world.room.browser.depart(ticketOf(started.url));
    expect(departed.cookie).toMatch(/^[\w-]{43}$/);
    expect(departed.redirectTo.pathname).toBe('/oauth/authorize');
    const returned = await world.consent(departed.redirectTo, 'carol');
    const { redirectTo } = await world.room.browser.arrive({ ...returned, cookie: departed.cookie });
    expect(redirectTo.href).toMatch(/^https:\/\/app\.example\/connected\?from=herald&code=[\w-]{43}$/);

    const code = redirectTo.searchParams.get('code') ?? '';
    const account = await world.room.operations.connectXAccount(alice, { code });
    expect(account).toEqual({
      id: expect.stringMatching(/^[0-9a-f-]{36}$/),
      xUserId: (await world.xUser('carol')).id,
      username: 'carol',
      state: 'CONNECTED',
      isDefault: true,
      connectedAt: expect.stringMatching(/^\d{4}-.*Z$/),
      postsRemaining: null,
      postsResetAt: null,
    });
    expect(await world.room.operations.xAccounts(alice)).toEqual([account]);
    expect(await world.room.operations.xAccounts(mallory)).toEqual([]);
  });

  it('keeps a second account beside the first, which stays the default', async () => {
    const first = await world.connect(alice, 'carol');
    const second = await world.connect(alice, 'dave');
    expect(second).toMatchObject({ username: 'dave', isDefault: false });
    expect((await world.room.operations.xAccounts(alice)).map(({ id }) => id)).toEqual([first.id, second.id]);
  });

  it('connects the same X account again under the same id, with new credentials', async () => {
    const first = await world.connect(alice, 'carol');
    const before = world.memory.rows.get(first.id);
    const second = await world.connect(alice, 'carol');
    expect(second).toMatchObject({ id: first.id, isDefault: true });
    const after = world.memory.rows.get(first.id);
    expect([before?.version, after?.version]).toEqual([1, 2]);
    expect(after?.sealed).not.toEqual(before?.sealed);
  });

  it('lets two users connect the same X account, each for themselves', async () => {
    const [hers, his] = [await world.connect(alice, 'carol'), await world.connect(mallory, 'carol')];
    expect(hers.id).not.toBe(his.id);
    expect(hers.xUserId).toBe(his.xUserId);
  });
});

describe('expectedUsername', () => {
  it.each(['carol', 'CAROL', '@Carol'])('takes the right account for %s', async (expectedUsername) => {
    const back = await world.goThrough(alice, 'carol', { expectedUsername });
    expect(back.searchParams.has('code')).toBe(true);
  });

  it('refuses another account, keeps nothing of it and leaves it alone at X', async () => {
    const dave = await world.connect(mallory, 'dave');
    const back = await world.goThrough(alice, 'dave', { expectedUsername: 'carol' });
    expect(Object.fromEntries(back.searchParams)).toEqual({
      from: 'herald',
      error: 'wrong_account',
      error_description: 'X is signed in as @dave, not as @carol. Switch accounts at X and start again.',
    });
    expect([...world.memory.rows.keys()]).toEqual([dave.id]);
    expect(world.memory.tokens.size).toBe(0);
    expect(await world.room.useCredentials(mallory, dave.id, world.me)).toBe('dave');
  });

  it.each(['', '@', 'two words', 'a'.repeat(51), 'carol\n', '<b>', 'cárol'])(
    'is INVALID_INPUT when it is %j',
    async (expectedUsername) => {
      await expect(world.begin(alice, { expectedUsername })).rejects.toMatchObject({
        code: 'INVALID_INPUT',
        field: 'expectedUsername',
      });
    },
  );
});

describe('a ticket', () => {
  it.each([
    ['unknown', 'x'.repeat(43)],
    ['empty', ''],
    ['huge', 'x'.repeat(100_000)],
  ])('that is %s is refused without a question to X', async (_what, ticket) => {
    await expect(world.room.browser.depart(ticket)).rejects.toMatchObject({ code: 'INVALID_REQUEST' });
    expect(await world.asked()).toEqual([]);
  });

  it('works once, also when two browsers follow it at once', async () => {
    const ticket = ticketOf(await world.begin(alice));
    const both = await Promise.allSettled([
      world.room.browser.depart(ticket),
      world.room.browser.depart(ticket),
    ]);
    expect(both.map(({ status }) => status).toSorted()).toEqual(['fulfilled', 'rejected']);
    await expect(world.room.browser.depart(ticket)).rejects.toThrow(/used already.*start again/);
  });

  it('works for ten minutes', async () => {
    const ticket = ticketOf(await world.begin(alice));
    world.clock.aheadMs = 10 * MINUTES + 1;
    await expect(world.room.browser.depart(ticket)).rejects.toMatchObject({ code: 'INVALID_REQUEST' });
  });

  it('says that X cannot be asked when X gives no request token', async () => {
    await world.failX('/oauth/request_token', '503');
    await expect(world.room.browser.depart(ticketOf(await world.begin(alice)))).rejects.toMatchObject({
      code: 'TEMPORARILY_UNAVAILABLE',
    });
    expect(world.memory.tokens.size).toBe(0);
  });
});

describe('the way back from X', () => {
  const arrive = (returned: Returned) => world.room.browser.arrive(returned);
  const exchanges = async () => (await world.asked()).filter((path) => path === '/oauth/access_token').length;

  it.each<[string, (mine: Returned, other: Returned) => Returned]>([
    ['without a cookie', (mine) => ({ ...mine, cookie: undefined })],
    ['with an empty cookie', (mine) => ({ ...mine, cookie: '' })],
    ["with another browser's cookie", (mine, other) => ({ ...mine, cookie: other.cookie })],
    [
      "with another journey's request token",
      (mine, other) => ({ ...mine, requestToken: other.requestToken }),
    ],
    ['with an unknown request token', (mine) => ({ ...mine, requestToken: 'x'.repeat(27) })],
    ['without a request token', (mine) => ({ ...mine, requestToken: undefined })],
    ['with an empty request token', (mine) => ({ ...mine, requestToken: '' })],
    ['without a verifier', (mine) => ({ ...mine, verifier: undefined })],
    ['with an empty verifier', (mine) => ({ ...mine, verifier: '' })],
    ['with a verifier and a denial', (mine) => ({ ...mine, denied: mine.requestToken })],
    [
      'with nothing but the cookie',
      ({ cookie }) => ({ cookie, requestToken: undefined, verifier: undefined, denied: undefined }),
    ],
  ])('%s stores nothing, asks X nothing, and the right way still works', async (_what, spoil) => {
    const mine = await world.travel(await world.begin(alice), 'carol');
    const other = await world.travel(await world.begin(mallory), 'dave');
    const before = await exchanges();
    await expect(arrive(spoil(mine, other))).rejects.toMatchObject({
      code: 'INVALID_REQUEST',
      message: expect.stringContaining('start again'),
    });
    nothingStored();
    expect(await exchanges()).toBe(before);
    expect((await arrive(mine)).redirectTo.searchParams.has('code')).toBe(true);
  });

  it('works once: a replay asks X nothing and makes no second code', async () => {
    const returned = await world.travel(await world.begin(alice), 'carol');
    await arrive(returned);
    await expect(arrive(returned)).rejects.toMatchObject({ code: 'INVALID_REQUEST' });
    expect(await exchanges()).toBe(1);
    expect(world.memory.tokens.size).toBe(1);
  });

  it('works once, also when it comes twice at once', async () => {
    const returned = await world.travel(await world.begin(alice), 'carol');
    const both = await Promise.allSettled([arrive(returned), arrive(returned)]);
    expect(both.map(({ status }) => status).toSorted()).toEqual(['fulfilled', 'rejected']);
    expect(await exchanges()).toBe(1);
  });

  it('works for ten minutes', async () => {
    const returned = await world.travel(await world.begin(alice), 'carol');
    world.clock.aheadMs = 10 * MINUTES + 1;
    await expect(arrive(returned)).rejects.toMatchObject({ code: 'INVALID_REQUEST' });
    nothingStored();
    expect(await exchanges()).toBe(0);
  });

  it('tells the app that the user refused, once, and only from the browser that went', async () => {
    const returned = await world.travel(await world.begin(alice), 'carol', 'deny');
    expect(returned).toMatchObject({ requestToken: undefined, verifier: undefined });
    await expect(arrive({ ...returned, cookie: 'x'.repeat(43) })).rejects.toMatchObject({
      code: 'INVALID_REQUEST',
    });
    const { redirectTo } = await arrive(returned);
    expect(Object.fromEntries(redirectTo.searchParams)).toEqual({
      from: 'herald',
      error: 'access_denied',
      error_description: expect.any(String),
    });
    await expect(arrive(returned)).rejects.toMatchObject({ code: 'INVALID_REQUEST' });
    nothingStored();
    expect(world.memory.tokens.size).toBe(0);
  });

  it('tells the app that X refused a verifier', async () => {
    const returned = await world.travel(await world.begin(alice), 'carol');
    const { redirectTo } = await arrive({ ...returned, verifier: 'guessed' });
    expect(redirectTo.searchParams.get('error')).toBe('access_denied');
    await expect(arrive(returned)).rejects.toMatchObject({ code: 'INVALID_REQUEST' });
    nothingStored();
  });

  it.each(['503', 'drop-before-accept', 'drop-after-accept', 'html-503'])(
    'tells the app that X is away (%s); the request token is gone',
    async (kind) => {
      const returned = await world.travel(await world.begin(alice), 'carol');
      await world.failX('/oauth/access_token', kind);
      const { redirectTo } = await arrive(returned);
      expect(redirectTo.searchParams.get('error')).toBe('temporarily_unavailable');
      await expect(arrive(returned)).rejects.toMatchObject({ code: 'INVALID_REQUEST' });
      nothingStored();
      expect(world.memory.tokens.size).toBe(0);
    },
  );

  it('tells the app when the code cannot be kept', async () => {
    const returned = await world.travel(await world.begin(alice), 'carol');
    const { put } = world.memory.singleUse;
    Object.assign(world.memory.singleUse, {
      put: () => Promise.reject(new HeraldError('TEMPORARILY_UNAVAILABLE')),
    });
    const { redirectTo } = await arrive(returned);
    Object.assign(world.memory.singleUse, { put });
    expect(redirectTo.searchParams.get('error')).toBe('temporarily_unavailable');
  });
});

describe('a code', () => {
  const connect = (session: typeof alice, code: string) =>
    world.room.operations.connectXAccount(session, { code });

  it('works once', async () => {
    const code = await world.codeFor(alice, 'carol');
    await connect(alice, code);
    await expect(connect(alice, code)).rejects.toMatchObject(refusedCode);
    expect(world.memory.rows.size).toBe(1);
  });

  it('used twice at once gives one account and one refusal', async () => {
    const code = await world.codeFor(alice, 'carol');
    const both = await Promise.allSettled([connect(alice, code), connect(alice, code)]);
    expect(both.map(({ status }) => status).toSorted()).toEqual(['fulfilled', 'rejected']);
    expect(both.find(({ status }) => status === 'rejected')).toMatchObject({ reason: refusedCode });
    expect(world.memory.rows.size).toBe(1);
  });

  it('works for ten minutes', async () => {
    const code = await world.codeFor(alice, 'carol');
    world.clock.aheadMs = 10 * MINUTES + 1;
    await expect(connect(alice, code)).rejects.toMatchObject(refusedCode);
    expect(world.memory.rows.size).toBe(0);
  });

  it("of another user is refused, and stays its owner's", async () => {
    const code = await world.codeFor(alice, 'carol');
    await expect(connect(mallory, code)).rejects.toMatchObject(refusedCode);
    expect(world.memory.rows.size).toBe(0);
    expect(await connect(alice, code)).toMatchObject({ username: 'carol' });
  });

  it.each(['', 'x'.repeat(43), 'x'.repeat(100_000), '\u0000'])(
    'that is none is refused: %#',
    async (code) => {
      await expect(connect(alice, code)).rejects.toMatchObject(refusedCode);
    },
  );

  it('is refused with the same words whatever is wrong with it', async () => {
    const code = await world.codeFor(alice, 'carol');
    const words = [];
    for (const [session, value] of [
      [mallory, code],
      [alice, 'unknown'],
    ] as const)
      words.push(await connect(session, value).catch(({ message }: Error) => message));
    await connect(alice, code);
    words.push(await connect(alice, code).catch(({ message }: Error) => message));
    expect(new Set(words).size).toBe(1);
  });

  it('whose value was sealed for another row does not open', async () => {
    const [hers, his] = [await world.codeFor(alice, 'carol'), await world.codeFor(mallory, 'dave')];
    const rows = [...world.memory.tokens.entries()].filter(([, { kind }]) => kind === 'code');
    const [first, second] = rows;
    if (!first || !second) throw new Error('two codes were issued');
    world.memory.tokens.set(first[0], { ...first[1], value: second[1].value });
    world.memory.tokens.set(second[0], { ...second[1], value: first[1].value });
    await expect(connect(alice, hers)).rejects.toMatchObject(refusedCode);
    await expect(connect(mallory, his)).rejects.toMatchObject(refusedCode);
    nothingStored();
  });
});

describe("the attacker's link", () => {
  it("does not attach the victim's X account to the attacker", async () => {
    // Mallory asks for a link and sends it to Alice, who follows it and consents as herself.
    const link = await world.begin(mallory);
    const returned = await world.travel(link, 'alice_at_x');
    const { redirectTo } = await world.room.browser.arrive(returned);
    const code = redirectTo.searchParams.get('code') ?? '';

    // The code is in Alice's browser, on the app's page, which uses it for her.
    await expect(world.room.operations.connectXAccount(alice, { code })).rejects.toMatchObject(refusedCode);
    expect(world.memory.rows.size).toBe(0);
    // Mallory has the ticket and its request token, and neither the cookie nor the code.
    await expect(world.room.browser.depart(ticketOf(link))).rejects.toMatchObject({
      code: 'INVALID_REQUEST',
    });
    await expect(world.room.browser.arrive({ ...returned, cookie: undefined })).rejects.toMatchObject({
      code: 'INVALID_REQUEST',
    });
    expect(await world.room.operations.xAccounts(mallory)).toEqual([]);
  });

  it("does not attach the victim's X account when the attacker went to X first", async () => {
    // Mallory departs in his own browser and sends Alice the address at X; X sends her back with a verifier.
    const { redirectTo, cookie } = await world.room.browser.depart(ticketOf(await world.begin(mallory)));
    const brought = await world.consent(redirectTo, 'alice_at_x');
    await expect(world.room.browser.arrive({ ...brought, cookie: undefined })).rejects.toMatchObject({
      code: 'INVALID_REQUEST',
    });
    // He has the cookie, but the verifier never left her browser.
    await expect(
      world.room.browser.arrive({ ...brought, cookie, verifier: undefined }),
    ).rejects.toMatchObject({ code: 'INVALID_REQUEST' });
    nothingStored();
  });

  it("does not attach the attacker's X account to the victim", async () => {
    const code = await world.codeFor(mallory, 'mallory_at_x');
    await expect(world.room.operations.connectXAccount(alice, { code })).rejects.toMatchObject(refusedCode);
    expect(await world.room.operations.xAccounts(alice)).toEqual([]);
  });
});
