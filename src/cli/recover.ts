import { type Call, type Command, Usage } from './command.ts';
import { withLedger } from './with-ledger.ts';

export const recover: Command = {
  name: 'recover',
  summary:
    'After a database was restored: turns every part that is due to UNKNOWN, because it may have been posted after the backup was made. Herald looks for each on the timeline before it sends it.',
  options: {
    since: {
      value: 'ISO',
      about: 'When the backup was made, with its zone: 2026-01-31T12:00:00Z. Rather too early than too late.',
      required: true,
    },
  },
  run: (call) => {
    const since = readSince(call);
    return withLedger(call.environment, async (ledger) => {
      const parts = await ledger.recover(since);
      const { pauses } = await ledger.status();
      const isPaused = pauses.some(({ scope }) => scope === 'ALL');
      return {
        json: { since: since.toISOString(), parts, paused: isPaused },
        lines: [`${parts} ${parts === 1 ? 'part is' : 'parts are'} UNKNOWN now and will be looked for.`],
        next: [
          'Watch them settle: herald status, herald posts list --state UNKNOWN,NEEDS_REVIEW',
          ...(isPaused ? ['Then let new posts go out: herald resume --all'] : []),
        ],
      };
    });
  },
};

const ISO_WITH_ZONE = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2}(\.\d{1,3})?)?(Z|[+-]\d{2}:\d{2})$/;

const readSince = (call: Call): Date => {
  const text = call.text('since') ?? '';
  const since = new Date(text);
  if (!ISO_WITH_ZONE.test(text) || Number.isNaN(since.getTime())) {
    throw new Usage('--since is a time with its zone, such as 2026-01-31T12:00:00Z.');
  }
  if (since.getTime() > Date.now()) throw new Usage('--since is in the future.');
  return since;
};
