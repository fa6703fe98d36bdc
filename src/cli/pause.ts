import type { Pause } from '../kernel/index.ts';
import { type Call, type Command, Usage } from './command.ts';
import { resumeOptions } from './next-step.ts';
import { describeScope, pauseJson, readScope, scopeChoice, subjectOf } from './pause-scope.ts';
import { withLedger } from './with-ledger.ts';

export const pause: Command = {
  name: 'pause',
  summary:
    'Stops sending, across restarts. Posts are accepted and wait until herald resume, or until they expire; what is being sent goes on.',
  choice: scopeChoice,
  options: { reason: { value: 'TEXT', about: 'Why, for whoever looks at herald status.' } },
  run: (call) => {
    const scope = readScope(call);
    const reason = readReason(call);
    return withLedger(call.environment, async (ledger) => {
      await ledger.pause(scope, reason);
      const key = { scope: scope.scope, subject: subjectOf(scope) };
      const { pauses } = await ledger.status();
      const inForce = pauses.find((one) => one.scope === key.scope && one.subject === key.subject);
      return {
        json: { paused: true, ...(inForce && pauseJson(inForce)) },
        lines: [sentence(key, inForce)],
        next: [`When it is over: herald resume ${resumeOptions(key)}`],
      };
    });
  },
};

const sentence = (key: Pick<Pause, 'scope' | 'subject'>, inForce: Pause | undefined): string =>
  `Sending is paused for ${describeScope(key)}${inForce ? ` since ${inForce.since.toISOString()}: ${inForce.reason}` : ''}`;

const LONGEST_REASON = 500;

const readReason = (call: Call): string => {
  const reason = call.text('reason') ?? 'by an operator';
  if (reason.trim() === '' || reason.length > LONGEST_REASON || /\p{Cc}/u.test(reason)) {
    throw new Usage(`--reason is 1 to ${LONGEST_REASON} characters on one line.`);
  }
  return reason;
};
