import type { Command } from './command.ts';
import { nextStep } from './next-step.ts';
import { attemptJson, postJson, postLines } from './post-view.ts';
import { findPost, withLedger } from './with-ledger.ts';

export const postsShow: Command = {
  name: 'posts show',
  argument: 'ID',
  summary: 'Shows a post: its parts, every attempt with what X answered and when, and what to do next.',
  options: {},
  run: (call) =>
    withLedger(call.environment, async (ledger) => {
      const post = await findPost(ledger, call.argument);
      const [attempts, { pauses }] = await Promise.all([ledger.attempts(post.id), ledger.status()]);
      return {
        json: { ...postJson(post), history: attempts.map(attemptJson) },
        lines: postLines(post, attempts),
        next: nextStep(post, pauses),
      };
    }),
};
