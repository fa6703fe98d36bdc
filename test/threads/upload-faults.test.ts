import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import type { XMedia } from '../../src/kernel/index.ts';
import { makePng } from '../media/files.ts';
import { readRows } from '../support/postgres.ts';
import { expectPosted } from './expectations.ts';
import { ask, createStage, createTurnstile, type Refusal, type Stage } from './stage.ts';

vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000, maxConcurrency: 30 });

const png = makePng(8, 8).toString('base64');

let stage: Stage;
let people = 0;

beforeAll(async () => {
  stage = await createStage();
});
afterAll(() => stage.close());

const routes = {
  initialize: '/2/media/upload/initialize',
  append: '/2/media/upload/*/append',
  finalize: '/2/media/upload/*/finalize',
  metadata: '/2/media/metadata',
};

/** It may be asked again, and is. */
const passing = [
  'drop-before-accept',
  'drop-after-accept',
  '503',
  '503-after-accept',
  '500-after-accept',
  'html-503',
  'truncate-201',
];
const refused: readonly (readonly [kind: string, code: string])[] = [
  ['hang', 'TEMPORARILY_UNAVAILABLE'],
  ['hang-after-accept', 'TEMPORARILY_UNAVAILABLE'],
  ['slow-drip', 'TEMPORARILY_UNAVAILABLE'],
  ['corrupt-gzip-201', 'TEMPORARILY_UNAVAILABLE'],
  ['429', 'RATE_LIMITED'],
  ['429-day-only', 'RATE_LIMITED'],
  ['401', 'ACCOUNT_NEEDS_RECONNECT'],
  ['403-oauth1-permissions', 'ACCOUNT_NEEDS_RECONNECT'],
  ['403-not-permitted', 'MEDIA_INVALID'],
  ['404', 'MEDIA_INVALID'],
];

describe.concurrent('an upload, and a fault at each of its steps', () => {
  const enter = createTurnstile(10);

  const uploadDuring = (at: Stage, kind: string, path: string) =>
    enter(async () => {
      people += 1;
      const person = await at.signIn(`user_${people}`);
      await at.x.fault({ kind, user: person.username, path });
      const altText = `under ${kind}`;
      const told = await ask<XMedia & Refusal>(at, person, 'uploadTweetMedia', { base64: png, altText });
      const sql = 'select state from herald.media where user_id = $1';
      const rows = await readRows<{ state: string }>(at.world.databaseUrl, sql, [
        person.variables['x-hasura-user-id'],
      ]);
      return { person, told, states: rows.map(({ state }) => state) };
    });

  const steps = (kinds: readonly string[]) =>
    kinds.flatMap((kind) => Object.entries(routes).map(([step, path]) => [kind, step, path] as const));

  const expectReady = async (kind: string, path: string): Promise<void> => {
    const { person, told, states } = await uploadDuring(stage, kind, path);
    expect(told).toMatchObject({ state: 'READY', altText: `under ${kind}` });
    expect(states).toEqual(['READY']);
    await expectPosted(stage, person, told, `under ${kind}`);
  };

  const expectRefused = async (at: Stage, kind: string, path: string, code: string): Promise<void> => {
    const { told, states } = await uploadDuring(at, kind, path);
    expect(told.extensions).toMatchObject({ code });
    if (code === 'RATE_LIMITED') expect(told.extensions?.retryAt).not.toBeNull();
    expect(states).toEqual(['FAILED']);
  };

  it.each(steps(passing))('%s at %s: tried again, ready with its alt text', (kind, _step, path) =>
    expectReady(kind, path),
  );

  it.each(
    refused.flatMap(([kind, code]) =>
      steps([kind]).map(([, step, path]) => [kind, step, path, code] as const),
    ),
  )('%s at %s: refused, FAILED', (kind, _step, path, code) => expectRefused(stage, kind, path, code));

  it('an empty answer is enough where nothing in it is needed', async () => {
    for (const path of [routes.append, routes.metadata]) await expectReady('empty-201', path);
    for (const path of [routes.initialize, routes.finalize])
      await expectRefused(stage, 'empty-201', path, 'TEMPORARILY_UNAVAILABLE');
  });

  it('402 at each: refused, FAILED', async () => {
    // A world of its own, for this holds up what everybody posts.
    const other = await createStage();
    try {
      for (const path of Object.values(routes))
        await expectRefused(other, '402', path, 'TEMPORARILY_UNAVAILABLE');
    } finally {
      await other.close();
    }
  });
});
