import type { Command } from './command.ts';
import { resumeOptions } from './next-step.ts';
import { describeScope, pauseJson, readScope, scopeChoice, subjectOf } from './pause-scope.ts';
import { withLedger } from './with-ledger.ts';

export const resume: Command = {
  name: 'resume',
  summary: 'Ends a pause. After a restored database herald recover comes first.',
  choice: scopeChoice,
  options: {},
  run: (call) => {
    const scope = readScope(call);
    const who = describeScope({ scope: scope.scope, subject: subjectOf(scope) });
    return withLedger(call.environment, async (ledger) => {
      const resumed = await ledger.resume(scope);
      const { pauses } = await ledger.status();
      return {
        json: { resumed, pauses: pauses.map(pauseJson) },
        lines: [resumed ? `Sending goes on for ${who}.` : `Sending was not paused for ${who}.`],
        next: pauses.map(
          (pause) => `Still paused for ${describeScope(pause)}: herald resume ${resumeOptions(pause)}`,
        ),
      };
    });
  },
};
