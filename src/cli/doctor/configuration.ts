import {
  type Config,
  ConfigProblems,
  type Environment,
  loadConfig,
  type Secrets,
} from '../../config/index.ts';
import { createRestSeal, KeyringProblem, loadKeyring, weaknessOfHmacKey } from '../../credentials/index.ts';
import { jwtSecretProblems } from '../../session/index.ts';
import { isSet } from '../environment.ts';
import { standIns } from '../settings.ts';
import { type Check, fail, ok, warn } from './check.ts';

/** What the other checks work with: the sound part of the configuration. */
export interface Examined {
  readonly config: Config;
  /** Each undefined where it is missing or unusable. */
  readonly databaseUrl: Secrets['databaseUrl'] | undefined;
  readonly keyring: Secrets['keyring'] | undefined;
  readonly x: Secrets['x'] | undefined;
  readonly jwtSecret: Secrets['jwtSecret'];
}

/**
 * Loads the configuration as the service does. What is wrong is told, all of it at once, and what is sound is handed on.
 * Undefined when nothing is left to work with.
 */
export const examineConfiguration = async (
  environment: Environment,
): Promise<{ check: Check; examined: Examined | undefined }> => {
  try {
    const loaded = await load(environment);
    const check = ok('configuration', 'The service would start with these variables.');
    return { check, examined: examinedOf(environment, loaded) };
  } catch (error) {
    if (!(error instanceof ConfigProblems)) throw error;
    const { problems } = error;
    const sentence =
      problems.length === 1
        ? 'One problem keeps Herald from starting.'
        : `${problems.length} problems keep Herald from starting.`;
    return {
      check: fail('configuration', sentence, ...problems),
      examined: await salvage(environment, problems),
    };
  }
};

type Loaded = Awaited<ReturnType<typeof loadConfig>>;

const load = (environment: Environment): Promise<Loaded> =>
  loadConfig(environment, {
    keyringProblems,
    jwtSecretProblems: (json) => jwtSecretProblems(json, weaknessOfHmacKey),
  });

const keyringProblems = async (json: string): Promise<readonly string[]> => {
  try {
    createRestSeal(await loadKeyring(json));
    return [];
  } catch (error) {
    if (error instanceof KeyringProblem) return error.problems;
    throw error;
  }
};

/** The configuration without the variables that problems are about, which begin with their names. */
const salvage = async (
  environment: Environment,
  problems: readonly string[],
): Promise<Examined | undefined> => {
  const faulty = new Set(problems.map((problem) => baseName(problem.split(':')[0] ?? '')));
  const sound = Object.fromEntries(
    Object.entries(environment).filter(([name]) => !faulty.has(baseName(name))),
  );
  try {
    // Without its check of keys: a stand-in is none.
    return examinedOf(sound, await loadConfig({ ...standIns(sound), ...sound }));
  } catch (error) {
    if (error instanceof ConfigProblems) return undefined;
    throw error;
  }
};

const baseName = (name: string): string => name.replace(/_FILE$/, '');

const examinedOf = (environment: Environment, { config, secrets }: Loaded): Examined => {
  const given = <T>(value: T, ...names: string[]): T | undefined =>
    names.every((name) => isSet(environment, name)) ? value : undefined;
  return {
    config,
    databaseUrl: given(secrets.databaseUrl, 'DATABASE_URL'),
    keyring: given(secrets.keyring, 'HERALD_KEYRING'),
    x: given(secrets.x, 'X_APP_KEY', 'X_APP_SECRET'),
    jwtSecret: secrets.jwtSecret,
  };
};

const OLDEST_NODE = [20, 19] as const;
const OLDEST_MAINTAINED = 22;

export const checkNode = (version: string): Check => {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  const [oldestMajor, oldestMinor] = OLDEST_NODE;
  const update = 'Install Node.js 24.';
  if (major < oldestMajor || (major === oldestMajor && minor < oldestMinor))
    return fail('node', `Node.js ${version} is too old for Herald.`, update);
  if (major < OLDEST_MAINTAINED)
    return warn('node', `Node.js ${version} gets no security updates any more.`, update);
  return ok('node', `Node.js ${version}.`);
};
