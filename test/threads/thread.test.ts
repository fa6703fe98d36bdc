import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import type { TweetPreview, XPost } from '../../src/kernel/index.ts';
import { act, until } from '../faults/support/calls.ts';
import type { Person } from '../faults/support/people.ts';
import { readRows, runSql } from '../support/postgres.ts';
import { expectChain } from './expectations.ts';
import { ask, codeOf, createStage, type Stage, settled, uploadPicture } from './stage.ts';

vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

const texts = Array.from({ length: 10 }, (_, position) => `part ${position}`);
const parts = texts.map((text) => ({ text }));

let stage: Stage;
let people = 0;

beforeAll(async () => {
  stage = await createStage();
});
afterAll(() => stage.close());

const someone = (): Promise<Person> => {
  people += 1;
  return stage.signIn(`user_${people}`);
};

const statesOf = ({ parts: all }: XPost): string[] => all.map(({ state }) => state);

/** The first part that X takes its time with: its answer comes after `ms`, and until then the thread stands still there. */
const slowAt = (person: Person, after: number, ms: number): Promise<void> =>
  stage.x.fault({ kind: 'slow-drip', user: person.username, after, ms });

const untilLive = (person: Person, count: number): Promise<unknown> =>
  until(
    `${count} tweets`,
    () => stage.x.tweets(person.username),
    (tweets) => tweets.length === count,
  );

describe.concurrent('a thread', () => {
  it('of ten goes out in the request itself, in order, each part a reply to the one before', async () => {
    const person = await someone();
    const post = await ask(stage, person, 'postThread', { parts });
    expect(post).toMatchObject({ state: 'SENT', deduplicated: false, error: null, costMicroUsd: 150_000 });
    expect(post.tweetId).toBe(post.parts[0]?.tweetId);
    await expectChain(stage, person, post, texts);
  });

  it('of 25 parts with a picture each is one post', async () => {
    const person = await someone();
    const media = await uploadPicture(stage, person, 'the same picture');
    const long = Array.from({ length: 25 }, (_, n) => ({ text: `part ${n}`, mediaIds: [media.id] }));
    const post = await ask(stage, person, 'postThread', { parts: long });
    const final = await settled(stage, person, post.id);
    expect(final.state).toBe('SENT');
    await expectChain(
      stage,
      person,
      final,
      long.map(({ text }) => text),
    );
    for (const { alt_texts } of await stage.x.tweets(person.username))
      expect(alt_texts).toEqual(['the same picture']);
  });

  it.each([true, false])('from a long text (numbering %s) is what previewTweet showed', async (numbering) => {
    const person = await someone();
    const sentences = Array.from(
      { length: 12 },
      (_, n) =>
        `Sentence ${n} of some length, with a 👩‍👩‍👧 family and https://example.com/a/long/path?query=1 in it.`,
    );
    const thread = { text: sentences.join(' '), numbering };
    const preview = await ask<TweetPreview>(stage, person, 'previewTweet', { thread });
    expect(preview.problems.filter(({ blocking }) => blocking)).toEqual([]);
    const post = await ask(stage, person, 'postThread', thread);
    const shown = preview.parts.map(({ text }) => text);
    expect(shown.length).toBeGreaterThan(2);
    await expectChain(stage, person, await settled(stage, person, post.id), shown);
    if (numbering) expect(shown[1]).toMatch(new RegExp(` 2/${shown.length}$`));
    expect(post.costMicroUsd).toBe(preview.costMicroUsd);
  });

  it('asked for twenty times at once with one key is one thread', async () => {
    const person = await someone();
    const input = { parts, idempotencyKey: 'twenty' };
    const answers = await Promise.all(
      Array.from({ length: 20 }, () => act<XPost>(stage.door, 'postThread', { input }, person)),
    );
    expect(new Set(answers.map(({ status, body }) => `${status} ${body.id}`)).size).toBe(1);
    expect(answers.filter(({ body }) => !body.deduplicated)).toHaveLength(1);
    const final = await settled(stage, person, answers[0]?.body.id ?? '');
    await expectChain(stage, person, final, texts);
    expect(stage.sends(person)).toHaveLength(10);
    const other = await ask(stage, person, 'postThread', { ...input, parts: parts.slice(1) });
    expect(codeOf(other)).toBe('IDEMPOTENCY_KEY_REUSED');
  });

  it('without a key is the same thread for two minutes', async () => {
    const person = await someone();
    const first = await ask(stage, person, 'postThread', { parts });
    const second = await ask(stage, person, 'postThread', { parts, onPartFailure: null, numbering: false });
    expect([second.id, second.deduplicated]).toEqual([first.id, true]);
    expect(stage.sends(person)).toHaveLength(10);
  });

  it('that outlives its request answers SENDING with what is live, and is finished all the same', async () => {
    const person = await someone();
    await slowAt(person, 4, 2_500);
    const post = await ask(stage, person, 'postThread', { parts });
    expect(post.state).toBe('SENDING');
    // As far as it had come when its caller had to be answered.
    expect(statesOf(post).slice(0, 4)).toEqual(Array(4).fill('SENT'));
    expect(post.tweetId).not.toBeNull();
    const final = await settled(stage, person, post.id);
    await expectChain(stage, person, final, texts);
    expect(stage.sends(person)).toHaveLength(10);
  });

  it('cancelled in the middle: the part under way counts, the others never go out', async () => {
    const person = await someone();
    await slowAt(person, 4, 2_500);
    const post = await ask(stage, person, 'postThread', { parts });
    const cancelled = await ask(stage, person, 'cancelTweet', { id: post.id });
    expect(statesOf(cancelled).slice(5)).toEqual(Array(5).fill('CANCELLED'));
    const final = await settled(stage, person, post.id);
    expect(final).toMatchObject({ state: 'PARTLY_SENT', costMicroUsd: 75_000 });
    await expectChain(stage, person, final, texts.slice(0, 5));
    expect(codeOf(await ask(stage, person, 'cancelTweet', { id: post.id }))).toBe('STATE_CONFLICT');

    const again = await ask(stage, person, 'retryTweet', { id: post.id });
    await expectChain(stage, person, await settled(stage, person, again.id), texts);
  });

  it('does not expire any more once a part is live', async () => {
    const person = await someone();
    await stage.x.fault({ kind: '429', user: person.username, after: 2, ms: 1_000 });
    const expiresAt = new Date(Date.now() + 3_000).toISOString();
    const post = await ask(stage, person, 'postThread', { parts, expiresAt });
    expect(post).toMatchObject({ state: 'SENDING', error: { code: 'RATE_LIMITED' } });
    await until(
      'its expiry',
      async () => Date.now(),
      (now) => now > Date.parse(expiresAt),
    );
    await runSql(
      stage.world.databaseUrl,
      `update herald.part set not_before = now() where post_id = '${post.id}' and state = 'QUEUED'`,
    );
    await expectChain(stage, person, await settled(stage, person, post.id), texts);
  });

  it('of which nothing was sent yet expires as a whole', async () => {
    const person = await someone();
    await stage.x.fault({ kind: '429', user: person.username, ms: 60_000 });
    const expiresAt = new Date(Date.now() + 2_000).toISOString();
    const post = await ask(stage, person, 'postThread', { parts, expiresAt });
    expect(post.state).toBe('QUEUED');
    const final = await settled(stage, person, post.id);
    expect(final).toMatchObject({ state: 'FAILED', error: { code: 'EXPIRED' }, costMicroUsd: 0 });
    expect(statesOf(final)).toEqual(['FAILED', ...Array(9).fill('CANCELLED')]);
    expect(await stage.x.tweets(person.username)).toEqual([]);
  });

  it('paused in the middle waits where it is', async () => {
    const person = await someone();
    await slowAt(person, 3, 2_500);
    const post = await ask(stage, person, 'postThread', { parts });
    const { databaseUrl } = stage.world;
    const who = `scope = 'ACCOUNT' and subject = '${person.xUserId}'`;
    await runSql(
      databaseUrl,
      `insert into herald.pause (scope, subject, reason) values ('ACCOUNT', '${person.xUserId}', 'test')`,
    );
    const waiting = await until(
      'the part under way to be live',
      () => act<XPost>(stage.door, 'xPost', { id: post.id }, person),
      ({ body }) => body.parts[3]?.state === 'SENT' && body,
    );
    expect(statesOf(waiting).slice(4)).toEqual(Array(6).fill('QUEUED'));
    await new Promise((resolve) => setTimeout(resolve, 2_500));
    await untilLive(person, 4);
    await runSql(databaseUrl, `delete from herald.pause where ${who}`);
    await expectChain(stage, person, await settled(stage, person, post.id), texts);
  });

  it('whose account is disconnected in the middle ends there', async () => {
    const person = await someone();
    const account = await ask<{ id: string }>(stage, person, 'connectXAccount', {});
    const asAccount = { parts, accountId: account.id };
    await slowAt(person, 3, 2_500);
    const post = await ask(stage, person, 'postThread', asAccount);
    expect(post).toMatchObject({ state: 'SENDING', accountId: account.id });
    await ask(stage, person, 'disconnectXAccount', { id: account.id });
    const final = await settled(stage, person, post.id);
    expect(final.state).toBe('PARTLY_SENT');
    expect(statesOf(final)).toEqual([...Array(4).fill('SENT'), ...Array(6).fill('CANCELLED')]);
    await expectChain(stage, person, final, texts.slice(0, 4));
    const kept = `select from herald.post_credential where post_id = '${post.id}'`;
    expect(await readRows(stage.world.databaseUrl, kept)).toEqual([]);
  });

  it('whose connected account X no longer knows waits there until it is connected again', async () => {
    const person = await someone();
    const account = await ask<{ id: string }>(stage, person, 'connectXAccount', {});
    await stage.x.fault({ kind: '401', user: person.username, after: 3 });
    const input = { parts, accountId: account.id, idempotencyKey: 'once' };
    const post = await ask(stage, person, 'postThread', input);
    expect(post).toMatchObject({ state: 'SENDING', error: { code: 'ACCOUNT_NEEDS_RECONNECT' } });
    expect(statesOf(post)).toEqual([...Array(3).fill('SENT'), ...Array(7).fill('QUEUED')]);
    const repeated = await ask(stage, person, 'postThread', input);
    expect([repeated.id, repeated.deduplicated]).toEqual([post.id, true]);
    await ask(stage, person, 'connectXAccount', {});
    await expectChain(stage, person, await settled(stage, person, post.id), texts);
    expect(stage.sends(person)).toHaveLength(11);
  });

  it('whose newest tweet its user deletes in the middle ends there: X is not late, it is gone', async () => {
    const person = await someone();
    const { databaseUrl } = stage.world;
    const account = `('ACCOUNT', '${person.xUserId}')`;
    await slowAt(person, 0, 1_500);
    const sending = ask(stage, person, 'postThread', { parts });
    await untilLive(person, 1);
    await runSql(
      databaseUrl,
      `insert into herald.pause (scope, subject, reason) values ${account.slice(0, -1)}, 'test')`,
    );
    const post = await sending;
    const [first] = await stage.x.tweets(person.username);
    const waiting = await until(
      'the first part to be live',
      () => act<XPost>(stage.door, 'xPost', { id: post.id }, person),
      ({ body }) => body.tweetId === first?.id && body,
    );
    await ask(stage, person, 'deleteTweet', { tweetId: waiting.tweetId });
    await runSql(databaseUrl, `delete from herald.pause where (scope, subject) = ${account}`);
    const final = await settled(stage, person, post.id);
    expect(final).toMatchObject({ state: 'PARTLY_SENT', error: { code: 'X_FORBIDDEN' } });
    expect(stage.sends(person)).toHaveLength(2);
  });

  it('is deleted tweet by tweet, and its state stays', async () => {
    const person = await someone();
    const post = await ask(stage, person, 'postThread', { parts: parts.slice(0, 2) });
    const [first, second] = post.parts.map(({ tweetId }) => tweetId);
    await ask(stage, person, 'deleteTweet', { tweetId: second });
    const half = (await act<XPost>(stage.door, 'xPost', { id: post.id }, person)).body;
    expect([half.state, half.deletedAt, half.parts[1]?.deletedAt]).toEqual([
      'SENT',
      null,
      expect.any(String),
    ]);
    for (const _twice of [1, 2])
      expect(await ask(stage, person, 'deleteTweet', { tweetId: first })).toMatchObject({ tweetId: first });
    const gone = (await act<XPost>(stage.door, 'xPost', { id: post.id }, person)).body;
    expect(gone).toMatchObject({ state: 'SENT', deletedAt: expect.any(String), costMicroUsd: 50_000 });
    expect(await stage.x.tweets(person.username)).toEqual([]);
    expect(stage.deletions(person)).toEqual([second, first]);
  });
});
