import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { post, until } from './support/calls.ts';
import type { Person } from './support/people.ts';
import { createScene, type Herald, type Scene } from './support/scene.ts';

const ROUNDS = [1, 2, 3, 4, 5];

describe('twenty identical requests at once, through two Herald processes (F16)', () => {
  let scene: Scene;
  let heralds: readonly Herald[];
  let alice: Person;

  beforeAll(async () => {
    scene = await createScene();
    await scene.x.liftLimits();
    heralds = await Promise.all([scene.start(), scene.start()]);
    alice = await scene.signIn('alice');
  });
  afterAll(() => scene.close());

  const twenty = (text: string, more: object = {}) =>
    Promise.all(Array.from({ length: 20 }, (_, n) => post(heralds[n % 2] as Herald, alice, text, more)));

  it.each(
    ROUNDS.flatMap(
      (round) =>
        [
          [`with one idempotency key, round ${round}`, { idempotencyKey: `round-${round}` }],
          [`with no key, round ${round}`, {}],
        ] as const,
    ),
  )('%s: one tweet, twenty answers with one id', async (text, more) => {
    const answers = await twenty(text, more);
    const [tweet, ...copies] = (await scene.x.tweets()).filter((one) => one.text === text);
    expect(copies).toEqual([]);
    expect(
      new Set(answers.map(({ status, body }) => `${status} ${body.id} ${body.state} ${body.tweetId}`)),
    ).toEqual(new Set([`200 ${answers[0]?.body.id} SENT ${tweet?.id}`]));
    expect(answers.filter(({ body }) => !body.deduplicated)).toHaveLength(1);
  });

  it('while X drops its answer: one tweet, one id, and every answer says what is known', async () => {
    await scene.x.fault({ kind: 'drop-after-accept' });
    const answers = await twenty('answer lost');
    expect(new Set(answers.map(({ body }) => body.id)).size).toBe(1);
    for (const { body } of answers) expect(['SENDING', 'UNKNOWN', 'SENT']).toContain(body.state);
    const last = await until(
      'the post to be found',
      () => post(heralds[0] as Herald, alice, 'answer lost'),
      ({ body }) => body.state === 'SENT' && body,
    );
    expect(last.id).toBe(answers[0]?.body.id);
    expect((await scene.x.tweets()).filter(({ text }) => text === 'answer lost')).toHaveLength(1);
  });

  it('the key with another input is refused, and another user may use it for himself', async () => {
    const [herald] = heralds as [Herald];
    const key = { idempotencyKey: 'shared' };
    const first = await post(herald, alice, 'the first use', key);
    const reused = await post(herald, alice, 'another input', key);
    expect([reused.status, reused.body.code]).toEqual([409, 'IDEMPOTENCY_KEY_REUSED']);
    const bob = await scene.signIn('bob');
    const other = await post(herald, bob, 'the first use', key);
    expect(other.body).toMatchObject({ state: 'SENT', deduplicated: false });
    expect(other.body.id).not.toBe(first.body.id);
    expect((await scene.x.tweets('alice')).filter(({ text }) => text === 'another input')).toEqual([]);
  });
});
