import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import type { TweetPreview, UserId, XMedia, XPost } from '../../src/kernel/index.ts';
import { type OpenLedger, openLedger } from '../../src/ledger/index.ts';
import { act } from '../faults/support/calls.ts';
import type { Person } from '../faults/support/people.ts';
import { makePng } from '../media/files.ts';
import { ask, codeOf, createStage, type Refusal, type Stage, settled, uploadPicture } from './stage.ts';

vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

const POST = 15_000;
/** Ten plain tweets a day. */
const USER_DAY = 10 * POST;

let stage: Stage;
let ledger: OpenLedger;
let people = 0;

beforeAll(async () => {
  stage = await createStage({ environment: { HERALD_BUDGET_USER_DAY_USD: '0.15' } });
  const { config, databaseUrl } = stage.world;
  ledger = await openLedger({
    ...config.ledger,
    connectionString: databaseUrl,
    onConnectionLost: () => {},
  });
});
afterAll(async () => {
  await ledger.close();
  await stage.close();
});

const someone = (): Promise<Person> => {
  people += 1;
  return stage.signIn(`user_${people}`);
};

const userIdOf = ({ variables }: Person): UserId => variables['x-hasura-user-id'] as UserId;
const left = async (person: Person): Promise<number | undefined> =>
  (await ledger.budgets.left(userIdOf(person))).microUsd;

const post = (person: Person, text: string) =>
  act<XPost & Refusal>(stage.door, 'postTweet', { input: { text } }, person);

const threadOf = (count: number) => ({
  parts: Array.from({ length: count }, (_, n) => ({ text: `part ${n}` })),
});

const midnight = (): string => {
  const now = new Date();
  return new Date(Date.UTC(now.getUTCFullYear(), now.getUTCMonth(), now.getUTCDate() + 1)).toISOString();
};

describe.concurrent('the budget of a user for a day', () => {
  it('for ten tweets takes ten of twenty that are asked for at once', async () => {
    const person = await someone();
    const answers = await Promise.all(Array.from({ length: 20 }, (_, n) => post(person, `number ${n}`)));
    const accepted = answers.filter(({ status }) => status === 200);
    expect(accepted.map(({ body }) => body.state)).toEqual(Array(10).fill('SENT'));
    const refused = answers.filter(({ status }) => status !== 200);
    for (const { status, body } of refused) {
      expect(status).toBe(403);
      expect(body.extensions).toMatchObject({ code: 'BUDGET_EXCEEDED', userAction: 'TOP_UP' });
      expect(body.extensions?.retryAt).toBe(midnight());
    }
    expect(refused).toHaveLength(10);
    expect(await stage.x.tweets(person.username)).toHaveLength(10);
    expect(await left(person)).toBe(0);
  });

  it('refuses a thread as a whole, which previewTweet says before', async () => {
    const person = await someone();
    const thread = threadOf(11);
    const preview = await ask<TweetPreview>(stage, person, 'previewTweet', { thread });
    expect(preview.costMicroUsd).toBe(11 * POST);
    expect(preview.problems.map(({ code, blocking }) => [code, blocking])).toEqual([
      ['BUDGET_EXCEEDED', true],
    ]);
    const refusal = await ask<Refusal>(stage, person, 'postThread', thread);
    expect(codeOf(refusal)).toBe('BUDGET_EXCEEDED');
    expect(preview.problems[0]?.message).toBe(refusal.message);
    expect(stage.sends(person)).toEqual([]);
    expect(await left(person)).toBe(USER_DAY);
    const fitting = await ask(stage, person, 'postThread', threadOf(10));
    expect(await settled(stage, person, fitting.id)).toMatchObject({ state: 'SENT', costMicroUsd: USER_DAY });
    expect(await left(person)).toBe(0);
  });

  it('gets back what X refused, what never went out, and charges it again on retry', async () => {
    const person = await someone();
    await stage.x.fault({ kind: '403-reply', user: person.username, after: 3 });
    const thread = await ask(stage, person, 'postThread', threadOf(10));
    expect(thread).toMatchObject({ state: 'PARTLY_SENT', costMicroUsd: 3 * POST });
    expect(await left(person)).toBe(USER_DAY - 3 * POST);
    for (const text of ['one', 'two']) expect((await post(person, text)).body.state).toBe('SENT');
    expect(codeOf(await ask(stage, person, 'retryTweet', { id: thread.id }))).toBe('BUDGET_EXCEEDED');
    expect(await left(person)).toBe(USER_DAY - 5 * POST);
    await ledger.budgets.set({ scope: 'USER', userId: userIdOf(person) }, USER_DAY + 2 * POST);
    const again = await ask(stage, person, 'retryTweet', { id: thread.id });
    expect(await settled(stage, person, again.id)).toMatchObject({ state: 'SENT', costMicroUsd: 10 * POST });
    expect(await left(person)).toBe(0);
  });

  it('is what an admin set for this user, until that is cleared', async () => {
    const person = await someone();
    const scope = { scope: 'USER', userId: userIdOf(person) } as const;
    await ledger.budgets.set(scope, 0);
    expect(codeOf((await post(person, 'not today')).body)).toBe('BUDGET_EXCEEDED');
    await ledger.budgets.set(scope, undefined);
    expect((await ask(stage, person, 'postThread', threadOf(12))).state).toBe('SENT');
    await ledger.budgets.clear(scope);
    expect(codeOf((await post(person, 'nor now')).body)).toBe('BUDGET_EXCEEDED');
  });

  it('answers a repeated key with its post although nothing is left', async () => {
    const person = await someone();
    const input = { ...threadOf(10), idempotencyKey: 'all of it' };
    const first = await ask(stage, person, 'postThread', input);
    const again = await ask(stage, person, 'postThread', input);
    expect([again.id, again.deduplicated]).toEqual([first.id, true]);
    expect(await left(person)).toBe(0);
  });

  it('also pays for alt text, and refuses the file before X sees it', async () => {
    const person = await someone();
    await uploadPicture(stage, person, 'described');
    await uploadPicture(stage, person);
    expect(await left(person)).toBe(USER_DAY - 5_000);
    await ledger.budgets.set({ scope: 'USER', userId: userIdOf(person) }, 5_000);
    const before = (await stage.x.requests(person.username)).length;
    const base64 = makePng(8, 8).toString('base64');
    const refused = await ask<XMedia & Refusal>(stage, person, 'uploadTweetMedia', {
      base64,
      altText: 'more',
    });
    expect(codeOf(refused)).toBe('BUDGET_EXCEEDED');
    expect(await stage.x.requests(person.username)).toHaveLength(before);
  });

  it('pays once for looking at a tweet of somebody else, and nothing is looked at once it is used up', async () => {
    const [person, other] = await Promise.all([someone(), someone()]);
    const { tweetId } = (await post(other, `@${person.username} what do you say?`)).body;
    const reply = { tweet: { text: 'this', inReplyToTweetId: tweetId } };
    const first = await ask<TweetPreview>(stage, person, 'previewTweet', reply);
    expect([first.costMicroUsd, first.problems]).toEqual([10_000, []]);
    await ask<TweetPreview>(stage, person, 'previewTweet', reply);
    expect(await left(person)).toBe(USER_DAY - 5_000);

    const unseen = (await post(other, `@${person.username} and to this?`)).body.tweetId;
    await ledger.budgets.set({ scope: 'USER', userId: userIdOf(person) }, 6_000);
    const second = await ask<TweetPreview>(stage, person, 'previewTweet', {
      tweet: { text: 'that', inReplyToTweetId: unseen },
    });
    expect(second.problems.map(({ code }) => code)).toEqual(['BUDGET_EXCEEDED', 'REPLY_MAY_BE_REFUSED']);
    expect(await left(person)).toBe(1_000);
  });

  it('is exceeded by what X charges all the same: deletions', async () => {
    const person = await someone();
    const thread = await ask(stage, person, 'postThread', threadOf(10));
    const deleted = await ask<Refusal>(stage, person, 'deleteTweet', { tweetId: thread.tweetId });
    expect(codeOf(deleted)).toBeUndefined();
    expect(codeOf((await post(person, 'one more')).body)).toBe('BUDGET_EXCEEDED');
    expect(await left(person)).toBeLessThanOrEqual(0);
  });
});

describe('the budget of the application', () => {
  it("holds whatever a user's own says, and says whose it is", async () => {
    const person = await someone();
    await ledger.budgets.set({ scope: 'APP' }, 0);
    const { status, body } = await post(person, 'nobody may');
    await ledger.budgets.clear({ scope: 'APP' });
    expect([status, codeOf(body)]).toEqual([403, 'BUDGET_EXCEEDED']);
    expect(body.message).toContain("the application's budget");
  });
});
