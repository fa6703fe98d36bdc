import { randomBytes } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseEnv } from 'node:util';
import type { Environment } from '../config/index.ts';
import { generateKeyring } from '../credentials/index.ts';
import { secretFile } from './state.ts';

/** This process's variables over those of `.env`, and whether there was such a file. */
export const readEnvironment = (folder: string): { environment: Environment; fromFile: boolean } => {
  const path = join(folder, '.env');
  if (!existsSync(path)) return { environment: process.env, fromFile: false };
  return { environment: { ...parseEnv(readFileSync(path, 'utf8')), ...process.env }, fromFile: true };
};

export const isSet = (environment: Environment, name: string): boolean =>
  Boolean(environment[name] || environment[`${name}_FILE`]);

/**
 * The environment with development secrets for whatever is not set: made on first use, kept in the state folder,
 * readable by its owner only. `made` names those that are new.
 */
export const withDevelopmentSecrets = (environment: Environment, stateDir: string) => {
  const secrets = {
    HERALD_WEBHOOK_SECRET: secretFile(stateDir, 'webhook-secret', () =>
      randomBytes(32).toString('base64url'),
    ),
    HERALD_KEYRING: secretFile(stateDir, 'keyring.json', () => generateKeyring(new Date())),
  };
  const missing = Object.entries(secrets).filter(([name]) => !isSet(environment, name));
  return {
    environment: {
      ...environment,
      ...Object.fromEntries(missing.map(([name, { path }]) => [`${name}_FILE`, path])),
    },
    made: missing.filter(([, { made }]) => made).map(([, { path }]) => path),
  };
};

/** What points Herald at a sandbox in place of X. */
export const sandboxVariables = (url: string): Environment => ({
  X_API_URL: url,
  X_APP_KEY: 'sandbox-app',
  X_APP_SECRET: 'sandbox-app-secret',
});
