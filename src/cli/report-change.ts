import type { Changed, Ledger } from '../kernel/index.ts';
import { Refusal, type Report } from './command.ts';
import { nextStep } from './next-step.ts';
import { postJson, postLines } from './post-view.ts';

/** The post after a change. Throws {@link Refusal} with its state in words when the change was not possible. */
export const reportChange = async (ledger: Ledger, changed: Changed, why: string): Promise<Report> => {
  if (changed.kind === 'not_found') throw new Refusal('There is no such post any more.');
  if (changed.kind === 'over_budget') {
    const whose = changed.scope === 'APP' ? "the application's" : "the user's";
    throw new Refusal(
      `Sending it again would cost more than is left of ${whose} budget of the day. Nothing was changed.`,
      `Wait until ${changed.retryAt.toISOString()}, or raise the budget: herald budget set`,
    );
  }
  const { post } = changed;
  const next = nextStep(post, (await ledger.status()).pauses);
  if (changed.kind === 'conflict') throw new Refusal(`The post is ${post.state}. ${why}`, ...next);
  return { json: postJson(post), lines: postLines(post), next };
};
