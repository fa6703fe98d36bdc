import { randomBytes } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseEnv } from 'node:util';
import type { Environment } from '../config/index.ts';
import { addKey, describeKeys, generateKeyring } from '../credentials/index.ts';
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
export const withDevelopmentSecrets = async (environment: Environment, stateDir: string) => {
  const secrets = {
    HERALD_WEBHOOK_SECRET: await secretFile(stateDir, 'webhook-secret', () =>
      randomBytes(32).toString('base64url'),
    ),
    HERALD_KEYRING: await secretFile(stateDir, 'keyring.json', () => generateKeyring(new Date())),
  };
  if (!secrets.HERALD_KEYRING.made) await completeKeyring(secrets.HERALD_KEYRING.path);
  const missing = Object.entries(secrets).filter(([name]) => !isSet(environment, name));
  return {
    environment: {
      ...environment,
      ...Object.fromEntries(missing.map(([name, { path }]) => [`${name}_FILE`, path])),
    },
    made: missing.filter(([, { made }]) => made).map(([, { path }]) => path),
  };
};

/** A development keyring of an earlier Herald lacks the uses that came later. */
const completeKeyring = async (path: string): Promise<void> => {
  const before = readFileSync(path, 'utf8');
  const uses = describeKeys(before).map(({ use }) => use);
  let json = before;
  for (const use of ['sign', 'cookie'] as const) {
    if (!uses.includes(use)) json = (await addKey(json, { use, date: new Date() })).json;
  }
  if (json !== before) writeFileSync(path, json, { mode: 0o600 });
};

/** What points Herald at a sandbox in place of X. */
export const sandboxVariables = (url: string): Environment => ({
  X_API_URL: url,
  X_APP_KEY: 'sandbox-app',
  X_APP_SECRET: 'sandbox-app-secret',
});
