import { describe, expect, it } from 'vitest';
import { nextStep } from '../../src/cli/next-step.ts';
import type { LedgerPart, LedgerPost, TweetId } from '../../src/kernel/index.ts';

const part = (position: number, changes: Partial<LedgerPart>): LedgerPart => ({
  position,
  state: 'SENT',
  text: 'text',
  options: {},
  tweetId: undefined,
  deletedAt: undefined,
  deleteError: undefined,
  error: undefined,
  attempts: 1,
  costMicroUsd: 15_000,
  ...changes,
});
const live = (position: number, changes: Partial<LedgerPart> = {}) =>
  part(position, { tweetId: `90${position}` as TweetId, ...changes });
const failed = part(2, { state: 'FAILED', error: { code: 'X_REJECTED', retryAt: undefined } });
const thread = (
  state: LedgerPost['state'],
  onPartFailure: LedgerPost['onPartFailure'],
  parts: readonly LedgerPart[],
) =>
  nextStep({ id: 'p', state, onPartFailure, parts, expiresAt: new Date() } as unknown as LedgerPost).join(
    ' ',
  );

describe('the next step for a thread', () => {
  it('that is being taken back is to wait', () => {
    expect(thread('SENDING', 'ROLLBACK_DELETE', [live(0), live(1), failed])).toContain('are being deleted');
    const sending = part(1, { state: 'SENDING' });
    expect(thread('SENDING', 'ROLLBACK_DELETE', [live(0), sending])).toContain('X is being asked');
    expect(thread('SENDING', 'RESUME', [live(0), failed])).toContain('X is being asked');
  });

  it('that was taken back is to post it anew', () => {
    const deletedAt = new Date();
    const step = thread('FAILED', 'ROLLBACK_DELETE', [
      live(0, { deletedAt }),
      live(1, { deletedAt }),
      failed,
    ]);
    expect(step).toMatch(/^What was on X is deleted again\. .*edit and post anew\.$/);
  });

  it('that could not be taken back names what is left', () => {
    const step = thread('FAILED', 'ROLLBACK_DELETE', [
      live(0, { deleteError: 'X_FORBIDDEN' }),
      live(1, { deletedAt: new Date() }),
      failed,
    ]);
    expect(step).toContain('still on X: 900.');
    expect(step).toContain('deleteTweet');
  });

  it('that stopped is retryTweet only where it goes on', () => {
    expect(thread('PARTLY_SENT', 'RESUME', [live(0), live(1), failed])).toContain('or retryTweet');
    expect(thread('PARTLY_SENT', 'STOP', [live(0), live(1), failed])).not.toContain('retryTweet');
    expect(thread('FAILED', 'STOP', [failed])).toContain('or retryTweet');
  });
});
