import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Database } from './database.ts';
import { built, Program } from './program.ts';
import type { Target } from './programs/posts.ts';
import type { BenchSecrets } from './secrets.ts';

export type ServerName = 'minimum' | 'peer' | 'herald';

/** One of the things that are compared, and how it is asked. */
export interface Server {
  readonly name: string;
  readonly program: Program;
  readonly target: Target;
}

export interface ServerNeeds {
  readonly database: Database;
  readonly secrets: BenchSecrets;
  /** The folder for logs. */
  readonly dir: string;
  /** Where X is. */
  readonly xUrl: string;
}

const HERALD = fileURLToPath(new URL('../dist/main.js', import.meta.url));

/** Starts one; `name` is for its log, as there may be two of a kind. */
export const startServer = async (
  kind: ServerName,
  needs: ServerNeeds,
  { name = kind as string, flags = [] as readonly string[] } = {},
): Promise<Server> => {
  const { secrets, dir } = needs;
  const program = await Program.start({
    file: kind === 'herald' ? HERALD : built(kind),
    env: kind === 'herald' ? heraldEnv(needs) : plainEnv(needs),
    logPath: join(dir, `${name}.log`),
    flags,
  });
  const path = kind === 'peer' ? '/postTweet' : '/hasura/actions';
  const as = kind === 'peer' ? 'readable' : 'sealed';
  return { name, program, target: { url: program.url + path, as, webhookSecret: secrets.webhookSecret } };
};

const heraldEnv = ({ database, secrets, xUrl }: ServerNeeds): Record<string, string> => ({
  PORT: '0',
  OPS_PORT: '0',
  DATABASE_URL: database.urlOf('herald'),
  HERALD_WEBHOOK_SECRET: secrets.webhookSecret,
  HERALD_KEYRING: secrets.keyring,
  X_API_URL: xUrl,
  X_APP_KEY: secrets.appKey,
  X_APP_SECRET: secrets.appSecret,
});

const plainEnv = ({ database, secrets, xUrl }: ServerNeeds): Record<string, string> => ({
  WEBHOOK_SECRET: secrets.webhookSecret,
  KID: secrets.envelopeKey.kid,
  KEY: secrets.envelopeKey.k,
  DATABASE_URL: database.urlOf('minimum'),
  X_API_URL: xUrl,
  APP_KEY: secrets.appKey,
  APP_SECRET: secrets.appSecret,
});
