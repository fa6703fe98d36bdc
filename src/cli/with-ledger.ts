import { setTimeout as sleep } from 'node:timers/promises';
import type { Environment } from '../config/index.ts';
import { HeraldError, type Ledger, type LedgerPost, parsePostId } from '../kernel/index.ts';
import { type OpenLedger, openLedger } from '../ledger/index.ts';
import { Refusal } from './command.ts';
import { readSettings, type Settings } from './settings.ts';

const OPEN_TIMEOUT_MS = 10_000;
const CONNECTIONS = 2;

/** Lends the ledger that the environment names, and closes it. Throws {@link Refusal} when it cannot be reached. */
export const withLedger = async <T>(
  environment: Environment,
  use: (ledger: OpenLedger, settings: Settings) => Promise<T>,
): Promise<T> => {
  const settings = await readSettings(environment);
  return withOpenLedger(settings, (ledger) => use(ledger, settings));
};

/** The same for settings that were read before. */
export const withOpenLedger = async <T>(
  settings: Named,
  use: (ledger: OpenLedger) => Promise<T>,
): Promise<T> => {
  const ledger = await open(settings);
  try {
    return await use(ledger);
  } catch (error) {
    throw isUnreachable(error) ? unreachable(error) : error;
  } finally {
    await ledger.close();
  }
};

/** Which database, and how it is used. */
type Named = Pick<Settings, 'config' | 'databaseUrl'>;

const open = async ({ config, databaseUrl }: Named): Promise<OpenLedger> => {
  const opening = openLedger({
    ...config.ledger,
    poolSize: CONNECTIONS,
    connectionString: databaseUrl.reveal(),
    onConnectionLost: () => {},
  });
  try {
    return await Promise.race([opening, timeout()]);
  } catch (error) {
    throw unreachable(error);
  }
};

const timeout = async (): Promise<never> => {
  await sleep(OPEN_TIMEOUT_MS, undefined, { ref: false });
  throw new Error(`no answer within ${OPEN_TIMEOUT_MS / 1000} s`);
};

const isUnreachable = (error: unknown): boolean =>
  error instanceof HeraldError && error.code === 'TEMPORARILY_UNAVAILABLE';

const unreachable = (error: unknown): Refusal => {
  const cause = error instanceof HeraldError ? error.cause : error;
  return new Refusal(
    `The database cannot be used: ${describeDatabaseError(cause)}.`,
    'Look whether it runs and whether DATABASE_URL names it. Posts that Herald accepted are kept there, and nothing is lost.',
  );
};

/** The system's code or Postgres' own sentence; neither holds the URL. */
export const describeDatabaseError = (cause: unknown): string => {
  if (!(cause instanceof Error)) return 'it does not answer';
  const code = 'code' in cause ? String(cause.code) : '';
  return /^E[A-Z_]+$/.test(code) || cause.message === '' ? code : cause.message.replace(/\.$/, '');
};

/** The post that an operator named. Throws {@link Refusal} for an id that is malformed or of no post. */
export const findPost = async (ledger: Ledger, id: string): Promise<LedgerPost> => {
  const postId = parsePostId(id);
  const post = postId === undefined ? undefined : await ledger.post(undefined, postId);
  if (post !== undefined) return post;
  throw new Refusal(
    postId === undefined ? `${JSON.stringify(id)} is not the id of a post.` : `There is no post ${id}.`,
    'herald posts list shows the ids.',
  );
};
