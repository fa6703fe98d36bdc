import { beforeEach, describe, expect, it } from 'vitest';
import type { PostId } from '../../src/kernel/index.ts';
import { acceptClaimed, newPost, newUserId, openTestLedger, openTestPool } from '../ledger/fixture.ts';
import { forceState, stateOf } from '../ledger/force-state.ts';
import { createTestDatabase } from '../support/postgres.ts';
import { createHerald } from './herald.ts';

const database = await createTestDatabase();
const ledger = await openTestLedger(database.url);
const pool = openTestPool(database.url);
const herald = createHerald({ DATABASE_URL: database.url });

beforeEach(async () => {
  await pool.query('delete from herald.pause');
});

const pauses = async (): Promise<string[]> =>
  (await ledger.status()).pauses.map(({ scope, subject, reason }) => `${scope} ${subject} ${reason}`);

const queuedPost = async (): Promise<PostId> => {
  const { post } = await acceptClaimed(ledger, newPost());
  await forceState(pool, post.id, 0, 'QUEUED');
  return post.id;
};

describe('herald pause', () => {
  it.each([
    [[], 'ALL  by an operator'],
    [['--all'], 'ALL  by an operator'],
    [['--user', "o'neil", '--reason', 'spam'], "USER o'neil spam"],
    [['--account', '8446'], 'ACCOUNT 8446 by an operator'],
  ])('pauses with %j', async (options, expected) => {
    const { code, body } = await herald.json('pause', ...options);
    expect({ code, paused: body.paused }).toEqual({ code: 0, paused: true });
    expect(await pauses()).toEqual([expected]);
  });

  it('keeps the first reason, and says how to go on', async () => {
    await herald('pause', '--user', "o'neil", '--reason', 'spam');
    const { code, output } = await herald('pause', '--user', "o'neil", '--reason', 'other');
    expect(code).toBe(0);
    expect(output).toMatch(/^Sending is paused for user o'neil since \S+Z: spam\n/);
    expect(output).toContain(`herald resume --user 'o'\\''neil'`);
  });
});

describe('herald resume', () => {
  it('ends one pause and names the others', async () => {
    const userId = newUserId();
    await ledger.pause({ scope: 'ALL' }, 'maintenance');
    await ledger.pause({ scope: 'USER', userId }, 'spam');
    const { code, output } = await herald('resume', '--all');
    expect(code).toBe(0);
    expect(output).toMatch(/^Sending goes on for everybody\.\n/);
    expect(output).toContain(`Still paused for user ${userId}: herald resume --user ${userId}`);
    expect(await pauses()).toEqual([`USER ${userId} spam`]);
  });

  it('says so when nothing was paused', async () => {
    const { code, body } = await herald.json('resume', '--account', '8446');
    expect({ code, body }).toEqual({ code: 0, body: { resumed: false, pauses: [] } });
  });
});

describe('herald recover', () => {
  it('has every part that is due looked for first', async () => {
    const id = await queuedPost();
    await ledger.pause({ scope: 'ALL' }, 'RESTORED: 1 posts were due');
    const { code, body } = await herald.json('recover', '--since', '2026-01-31T12:00:00+01:00');
    expect(code).toBe(0);
    expect(body).toMatchObject({ since: '2026-01-31T11:00:00.000Z', parts: 1, paused: true });
    expect(JSON.stringify(body.next)).toContain('herald resume --all');
    expect((await stateOf(pool, id)).state).toBe('UNKNOWN');
    const [attempt] = await ledger.attempts(id).then((attempts) => attempts.slice(-1));
    expect(attempt?.startedAt.toISOString()).toBe('2026-01-31T11:00:00.000Z');
  });

  it.each(['yesterday', '2026-01-31', '2026-01-31T12:00:00', '2026-13-31T12:00:00Z', '2999-01-01T00:00:00Z'])(
    'refuses %s as a time',
    async (since) => {
      const { code, output } = await herald('recover', '--since', since);
      expect(code).toBe(2);
      expect(output).toMatch(/--since is .*\nTry: herald recover --help\n$/);
    },
  );
});

describe('herald adopt', () => {
  const belongsTo = async (): Promise<string | null | undefined> =>
    (await pool.query<{ public_url: string | null }>('select public_url from herald.deployment')).rows[0]
      ?.public_url;

  it('takes the URL from the option, or else from the configuration', async () => {
    expect(await herald.json('adopt', '--public-url', 'https://one.example.org/')).toMatchObject({
      code: 0,
      body: { publicUrl: 'https://one.example.org' },
    });
    expect(await belongsTo()).toBe('https://one.example.org');
    const configured = createHerald({
      DATABASE_URL: database.url,
      HERALD_PUBLIC_URL: 'https://two.example.org',
    });
    expect((await configured('adopt')).code).toBe(0);
    expect(await belongsTo()).toBe('https://two.example.org');
  });

  it.each([
    [[], /needs --public-url, or HERALD_PUBLIC_URL/],
    [['--public-url', 'herald.example.org'], /is an origin/],
    [['--public-url', 'https://herald.example.org/path'], /is an origin/],
    [['--public-url', 'https://me:canary@herald.example.org'], /is an origin/],
    [['--public-url', 'ftp://herald.example.org'], /is an origin/],
  ])('refuses %j', async (options, sentence) => {
    const { code, output } = await herald('adopt', ...options);
    expect(code).toBe(2);
    expect(output).toMatch(sentence);
  });
});
