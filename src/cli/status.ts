import type { Command } from './command.ts';
import { lookAround } from './findings.ts';
import { readSettings } from './settings.ts';
import { adviseOn } from './status-advice.ts';
import { statusJson, statusLines } from './status-view.ts';

export const status: Command = {
  name: 'status',
  summary:
    'Shows whether posts go out: pauses, what waits and for how long, what is in doubt, keys, clock. The exit code is 1 when the database cannot be used.',
  options: {},
  run: async (call) => {
    const findings = await lookAround(await readSettings(call.environment));
    return {
      json: statusJson(findings),
      lines: statusLines(findings),
      next: adviseOn(findings),
      failed: findings.database === undefined,
    };
  },
};
