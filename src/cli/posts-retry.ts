import type { Command } from './command.ts';
import { requireCredential } from './kept-credential.ts';
import { reportChange } from './report-change.ts';
import { findPost, withLedger } from './with-ledger.ts';

export const postsRetry: Command = {
  name: 'posts retry',
  argument: 'ID',
  summary:
    'Sends the failed or cancelled parts of a post again, with the credentials that Herald keeps of it. They are erased when a post is final; then only its user can, with retryTweet.',
  options: {},
  run: (call) =>
    withLedger(call.environment, async (ledger) => {
      const post = await findPost(ledger, call.argument);
      const { id, xUserId, state } = post;
      const canRetry = state === 'FAILED' || state === 'CANCELLED' || state === 'PARTLY_SENT';
      const credential = canRetry ? await requireCredential(ledger, post, 'retryTweet') : undefined;
      const changed = await ledger.retry({ id, userId: undefined, xUserId, credential });
      return reportChange(ledger, changed, WHY);
    }),
};

const WHY =
  'Only what failed or was cancelled can be sent again, and no thread that stops or is taken back when a part fails.';
