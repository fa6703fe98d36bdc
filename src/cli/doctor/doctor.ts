import type { LedgerPost } from '../../kernel/index.ts';
import { type Command, Refusal, type Report } from '../command.ts';
import { countOf, type SealedCounts } from '../keys/count-sealed.ts';
import { table } from '../print.ts';
import { withOpenLedger } from '../with-ledger.ts';
import { type Check, fail } from './check.ts';
import { checkNode, type Examined, examineConfiguration } from './configuration.ts';
import { checkDatabase } from './database.ts';
import { checkKeys } from './keys.ts';
import { checkSignIn } from './sign-in.ts';
import { checkX } from './x.ts';

const NEWEST_POSTS = 100;

export const doctor: Command = {
  name: 'doctor',
  summary:
    'Looks at everything that Herald needs before it serves: configuration, database, keys, clocks, X. It changes nothing. Each check is ok, warn or fail, with what to do; the exit code is 1 when one fails.',
  options: {},
  run: async (call) => {
    const { check, examined } = await examineConfiguration(call.environment);
    const first = [check, checkNode(process.versions.node)];
    return report(examined === undefined ? first : [...first, ...(await lookAround(examined))]);
  },
};

const lookAround = async (examined: Examined): Promise<Check[]> => {
  const database = await checkDatabase(examined);
  const stored = database.isReadable ? await readStored(examined) : nothingStored;
  return [
    ...database.checks,
    ...stored.problems,
    ...checkKeys(examined, stored.counts, new Date()),
    ...(await checkX(examined, stored.posts)),
    ...checkSignIn(examined),
  ];
};

interface Stored {
  readonly counts: SealedCounts | undefined;
  readonly posts: readonly LedgerPost[];
  readonly problems: readonly Check[];
}

const nothingStored: Stored = { counts: undefined, posts: [], problems: [] };

/** With the connection that the service makes, which asks more of the server than the examination does. */
const readStored = async ({ config, databaseUrl }: Examined): Promise<Stored> => {
  if (databaseUrl === undefined) return nothingStored;
  try {
    return await withOpenLedger({ config, databaseUrl }, async (ledger) => ({
      counts: await countOf(ledger),
      posts: (await ledger.posts(undefined, { first: NEWEST_POSTS })).posts,
      problems: [],
    }));
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    return { ...nothingStored, problems: [fail('ledger', error.message, ...error.next)] };
  }
};

const report = (checks: readonly Check[]): Report => {
  const failed = checks.some(({ state }) => state === 'fail');
  const [, ...rows] = table(
    ['', '', ''],
    checks.map(({ state, name, sentence }) => [state, name, sentence]),
  );
  return {
    json: { ok: !failed, checks },
    lines: rows,
    next: checks.flatMap(({ name, next: [first, ...more] }) =>
      first === undefined ? [] : [`${name}: ${first}`, ...more],
    ),
    failed,
  };
};
