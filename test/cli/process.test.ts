import { expect, it } from 'vitest';
import { acceptClaimed, newPost, openTestLedger, openTestPool } from '../ledger/fixture.ts';
import { forceState, stateOf } from '../ledger/force-state.ts';
import { createTestDatabase } from '../support/postgres.ts';
import { createHerald } from './herald.ts';

const database = await createTestDatabase();
const ledger = await openTestLedger(database.url);
const pool = openTestPool(database.url);
const herald = createHerald({ DATABASE_URL: database.url });

it('runs every command on a ledger as a process, one after the other', async () => {
  const { post } = await acceptClaimed(ledger, newPost());
  await forceState(pool, post.id, 0, 'NEEDS_REVIEW');
  const expectCode = async (code: number, ...args: string[]): Promise<string> => {
    const outcome = await herald.process(...args);
    expect(outcome, args.join(' ')).toMatchObject({ code });
    return outcome.output;
  };

  await expectCode(0, 'pause', '--all', '--reason', 'maintenance');
  expect(await expectCode(0, 'status')).toContain('paused for everybody');
  expect(await expectCode(0, 'posts', 'list')).toContain(`${post.id}  NEEDS_REVIEW`);
  expect(await expectCode(0, 'posts', 'show', post.id)).toContain('--give-up');
  await expectCode(0, 'posts', 'resolve', post.id, '--send-it');
  expect(await expectCode(0, 'recover', '--since', '2026-01-31T12:00:00Z', '--json')).toContain('"parts":1');
  await forceState(pool, post.id, 0, 'QUEUED');
  await expectCode(0, 'posts', 'cancel', post.id);
  expect(await expectCode(1, 'posts', 'retry', post.id)).toContain('retryTweet');
  await expectCode(0, 'adopt', '--public-url', 'https://herald.example.org');
  await expectCode(0, 'resume', '--all');
  expect(await expectCode(2, 'posts', 'show')).toContain('Try: herald posts show --help');
  expect((await stateOf(pool, post.id)).state).toBe('CANCELLED');
}, 60_000);
