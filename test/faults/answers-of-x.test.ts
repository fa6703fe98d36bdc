import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { XPost } from '../../src/kernel/index.ts';
import { readRows } from '../support/postgres.ts';
import { post, readPost, settled, until } from './support/calls.ts';
import type { Person } from './support/people.ts';
import { createScene, type Herald, type Scene } from './support/scene.ts';

/** X has the tweet, whatever it answered. */
const accepted = [
  'drop-after-accept',
  '503-after-accept',
  '500-after-accept',
  'hang-after-accept',
  'truncate-201',
  'empty-201',
  'corrupt-gzip-201',
  'slow-drip',
] as const;
/** X has nothing, and does not say so. */
const lost = ['drop-before-accept', '503', 'html-503', 'hang'] as const;

interface Posted {
  readonly person: Person;
  readonly answer: XPost;
}

const usernameOf = (kind: string): string => kind.replaceAll('-', '_').slice(0, 15);

describe.concurrent.each([
  ['plain http', false],
  ['TLS', true],
])('what X did and did not say, over %s (F4, F5, F7, F8, F11, F12)', (_transport, tls) => {
  let scene: Scene;
  let herald: Herald;
  const posted = new Map<string, Posted>();

  const postDuring = async (kind: string, name = kind): Promise<Posted> => {
    const person = await scene.signIn(usernameOf(name));
    await scene.x.fault({ kind });
    const { body } = await post(herald, person, `during ${kind}`);
    return { person, answer: body };
  };

  beforeAll(async () => {
    scene = await createScene({ tls });
    herald = await scene.start(tls ? { environment: { TEST_X_CA: scene.sandbox.ca ?? '' } } : {});
    // In this order: what X accepted is never sent again, so no second request can meet another post's fault.
    for (const kind of accepted) posted.set(kind, await postDuring(kind));
    await post(herald, await scene.signIn('warms'), 'opens a connection');
    posted.set('reused', await postDuring('drop-after-accept', 'reused'));
    for (const kind of lost) posted.set(kind, await postDuring(kind));
  });
  afterAll(() => scene.close());

  const outcomeOf = async (kind: string) => {
    const { person, answer } = posted.get(kind) as Posted;
    const final = await settled(herald, person, answer.id);
    return { person, answer, final, tweets: await scene.x.tweets(person.username) };
  };

  it.each([...accepted, 'reused'])('%s: found on the timeline, SENT, one request', async (kind) => {
    const { person, answer, final, tweets } = await outcomeOf(kind);
    expect(answer).toMatchObject({ state: 'UNKNOWN', error: { code: 'OUTCOME_UNKNOWN' } });
    expect(tweets).toHaveLength(1);
    expect(final).toMatchObject({ state: 'SENT', tweetId: tweets[0]?.id, error: null });
    expect(await scene.x.creates(person.username)).toHaveLength(1);
  });

  it.each(lost)('%s: absent after the settle window, sent again, one tweet', async (kind) => {
    const { person, answer, final, tweets } = await outcomeOf(kind);
    expect(answer.state).toBe('UNKNOWN');
    expect(tweets).toHaveLength(1);
    expect(final).toMatchObject({ state: 'SENT', tweetId: tweets[0]?.id, error: null });
    const creates = await scene.x.creates(person.username);
    expect(creates.map((request) => request.accepted)).toEqual([false, true]);
    const apartMs = Date.parse(creates[1]?.at ?? '') - Date.parse(creates[0]?.at ?? '');
    expect(apartMs).toBeGreaterThanOrEqual(Number(scene.environment.HERALD_SETTLE_WINDOW_MS));
  });
});

const inScene = async (run: (scene: Scene, herald: Herald) => Promise<void>): Promise<void> => {
  const scene = await createScene();
  try {
    await run(scene, await scene.start());
  } finally {
    await scene.close();
  }
};

describe.concurrent('what X says in time', () => {
  it.each(['429', '429-day-only'])('%s: waits until X said, and costs no attempt (F13)', (kind) =>
    inScene(async (scene, herald) => {
      const person = await scene.signIn(usernameOf(`limited-${kind}`));
      await scene.x.fault({ kind, ms: 2_000 });
      const { body } = await post(herald, person, `after ${kind}`);
      expect(body).toMatchObject({ state: 'QUEUED', error: { code: 'RATE_LIMITED' } });
      const retryAt = Date.parse(body.error?.retryAt ?? '');

      const final = await settled(herald, person, body.id);
      expect(final.state).toBe('SENT');
      const [, second, ...more] = await scene.x.creates(person.username);
      expect(Date.parse(second?.at ?? '')).toBeGreaterThanOrEqual(retryAt);
      expect(more).toEqual([]);
      const rows = await readRows<{ attempts: number }>(
        scene.databaseUrl,
        'select attempts from herald.part where post_id = $1',
        [body.id],
      );
      expect(rows).toEqual([{ attempts: 1 }]);
    }),
  );

  it('403-duplicate on the first attempt: FAILED, nothing new (F14)', () =>
    inScene(async (scene, herald) => {
      const person = await scene.signIn('duplicate');
      await scene.x.fault({ kind: '403-duplicate' });
      const { body } = await post(herald, person, 'said before');
      expect(body).toMatchObject({ state: 'FAILED', error: { code: 'DUPLICATE_CONTENT' } });
      expect(await scene.x.tweets(person.username)).toEqual([]);
    }));

  it('a token that X no longer takes fails its own user alone, mid-queue (F23)', () =>
    inScene(async (scene, herald) => {
      const revoked = await scene.signIn('revoked', { tokenSuffix: 'x' });
      const other = await scene.signIn('unharmed');
      await scene.pause();
      const queued = [];
      for (const person of [other, revoked, other]) {
        const { body } = await post(herald, person, `queued ${queued.length}`);
        expect(body).toMatchObject({ state: 'QUEUED', error: { code: 'PAUSED' } });
        queued.push({ person, id: body.id });
      }
      await scene.resume();
      const finals = await Promise.all(queued.map(({ person, id }) => settled(herald, person, id)));
      expect(finals.map(({ state, error }) => [state, error?.code])).toEqual([
        ['SENT', undefined],
        ['FAILED', 'ACCOUNT_NEEDS_RECONNECT'],
        ['SENT', undefined],
      ]);
      expect(await scene.x.tweets(revoked.username)).toEqual([]);
      expect(await scene.x.tweets(other.username)).toHaveLength(2);
    }));
});

describe.concurrent('a timeline that does not tell', () => {
  it('lags behind: absence is not concluded, SENT in the end, one request (F9)', () =>
    inScene(async (scene, herald) => {
      const person = await scene.signIn('lagging');
      const path = `/2/users/${person.xUserId}/tweets`;
      await scene.x.fault({ kind: 'timeline-lag', method: 'GET', path, ms: 2_000, times: 100 });
      await scene.x.fault({ kind: 'drop-after-accept' });
      const { body } = await post(herald, person, 'shown late');
      const final = await settled(herald, person, body.id);
      const [tweet, ...more] = await scene.x.tweets(person.username);
      expect(more).toEqual([]);
      expect(final).toMatchObject({ state: 'SENT', tweetId: tweet?.id });
      expect(await scene.x.creates(person.username)).toHaveLength(1);
      expect((await scene.x.reads(person.username)).length).toBeGreaterThan(1);
    }));

  it('cannot be read for longer than the settle window: UNKNOWN and visible, never sent again (F10)', () =>
    inScene(async (scene, herald) => {
      const person = await scene.signIn('unreadable');
      const path = `/2/users/${person.xUserId}/tweets`;
      for (const kind of ['503', '429', 'truncate-201', 'html-503', 'drop-before-accept'])
        await scene.x.fault({ kind, method: 'GET', path });
      await scene.x.fault({ kind: 'drop-after-accept' });
      const { body } = await post(herald, person, 'not shown at all');
      await until(
        'four looks in vain',
        () => scene.x.reads(person.username),
        (reads) => reads.length >= 4,
      );
      expect(await readPost(herald, person, body.id)).toMatchObject({
        state: 'UNKNOWN',
        error: { code: 'OUTCOME_UNKNOWN' },
      });
      const final = await settled(herald, person, body.id);
      expect(final.state).toBe('SENT');
      expect(await scene.x.reads(person.username)).toHaveLength(6);
      expect(await scene.x.creates(person.username)).toHaveLength(1);
    }));

  it('hides the tweet beyond the settle window: X refuses the second copy, and it is found later (F14)', () =>
    inScene(async (scene, herald) => {
      const person = await scene.signIn('hidden');
      const path = `/2/users/${person.xUserId}/tweets`;
      await scene.x.fault({ kind: 'timeline-lag', method: 'GET', path, ms: 3_600_000, times: 1_000 });
      await scene.x.fault({ kind: 'drop-after-accept' });
      const { body } = await post(herald, person, 'hidden for long');
      await until(
        'the second request',
        () => scene.x.creates(person.username),
        (creates) => creates.length === 2,
      );
      await scene.x.clearFaults();
      const final = await settled(herald, person, body.id);
      const creates = await scene.x.creates(person.username);
      expect(creates.map(({ status }) => status)).toEqual([null, 403]);
      const [tweet, ...more] = await scene.x.tweets(person.username);
      expect(more).toEqual([]);
      expect(final).toMatchObject({ state: 'SENT', tweetId: tweet?.id });
    }));
});
