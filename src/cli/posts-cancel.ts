import type { Command } from './command.ts';
import { reportChange } from './report-change.ts';
import { findPost, withLedger } from './with-ledger.ts';

export const postsCancel: Command = {
  name: 'posts cancel',
  argument: 'ID',
  summary: 'Cancels what of a post still waits. What is being sent goes on, and what is on X stays there.',
  options: {},
  run: (call) =>
    withLedger(call.environment, async (ledger) => {
      const { id } = await findPost(ledger, call.argument);
      const changed = await ledger.cancel(undefined, id);
      return reportChange(ledger, changed, 'Nothing of it waits any more, so nothing can be cancelled.');
    }),
};
