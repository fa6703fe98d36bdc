import { randomBytes } from 'node:crypto';
import {
  type Config,
  ConfigProblems,
  type Environment,
  isSandbox,
  loadConfig,
  type Secrets,
} from '../config/index.ts';
import { Refusal } from './command.ts';
import { isSet } from './environment.ts';

/** The service's own configuration; what a command does not need may be missing. */
export interface Settings {
  readonly config: Config;
  readonly databaseUrl: Secrets['databaseUrl'];
  readonly keyring: Secrets['keyring'] | undefined;
  readonly x: Secrets['x'] | undefined;
  /** False where the service would need HERALD_BUDGET_DAY_USD and it is not here. */
  readonly budgetsAreKnown: boolean;
}

/** Throws {@link Refusal} with every problem of the configuration, or when it names no database. */
export const readSettings = async (environment: Environment): Promise<Settings> => {
  if (!isSet(environment, 'DATABASE_URL')) {
    throw new Refusal(
      'No database is named.',
      'Set DATABASE_URL or DATABASE_URL_FILE, or run this where npm start keeps its state folder.',
    );
  }
  const { config, secrets } = await load({ ...standIns(environment), ...environment });
  return {
    config,
    databaseUrl: secrets.databaseUrl,
    keyring: isSet(environment, 'HERALD_KEYRING') ? secrets.keyring : undefined,
    x: isSet(environment, 'X_APP_KEY') && isSet(environment, 'X_APP_SECRET') ? secrets.x : undefined,
    budgetsAreKnown: isSandbox(config.x.apiUrl) || isSet(environment, 'HERALD_BUDGET_DAY_USD'),
  };
};

/** What of the configuration is not secret, for what needs no database. Throws {@link Refusal} with every problem. */
export const readConfig = async (environment: Environment): Promise<Config> =>
  (await load({ ...standIns(environment), ...environment })).config;

/**
 * The service cannot do without these and most commands can; what stands in for them is thrown away. What an operator sends
 * again is charged all the same: the budgets count on.
 */
export const standIns = (environment: Environment): Environment => {
  const names = ['HERALD_WEBHOOK_SECRET', 'HERALD_KEYRING', 'X_APP_KEY', 'X_APP_SECRET'];
  const random = Object.fromEntries(names.map((name) => [name, randomBytes(32).toString('base64url')]));
  const all = { ...random, DATABASE_URL: 'postgres://127.0.0.1/none', HERALD_BUDGET_DAY_USD: 'unlimited' };
  return Object.fromEntries(Object.entries(all).filter(([name]) => !isSet(environment, name)));
};

const load = async (environment: Environment): ReturnType<typeof loadConfig> => {
  try {
    return await loadConfig(environment);
  } catch (error) {
    if (!(error instanceof ConfigProblems)) throw error;
    throw new Refusal(['This configuration cannot be used:', ...error.problems].join('\n  - '));
  }
};
