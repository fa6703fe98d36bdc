import { randomBytes } from 'node:crypto';
import { chown, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { generateKeyring } from '../../src/credentials/index.ts';

const IMAGE_USER = 10001;

/** What one run of the service and the sandbox needs to know, by the names of the variables. */
export interface Secrets {
  readonly HERALD_KEYRING: string;
  readonly HERALD_WEBHOOK_SECRET: string;
  readonly X_APP_KEY: string;
  readonly X_APP_SECRET: string;
}

/** Fresh ones: random, good for one run. */
export async function makeSecrets(): Promise<Secrets> {
  return {
    HERALD_KEYRING: await generateKeyring(new Date()),
    HERALD_WEBHOOK_SECRET: randomBytes(32).toString('base64'),
    X_APP_KEY: randomBytes(16).toString('hex'),
    X_APP_SECRET: randomBytes(32).toString('hex'),
  };
}

/**
 * Writes each secret to a file in the new folder `dir`, readable by the image's user alone, and gives the `NAME_FILE`
 * variables that point to them in a container, which sees that folder as /run/secrets. Only root can do so.
 */
export async function writeSecrets(secrets: Secrets, dir: string): Promise<Record<string, string>> {
  await mkdir(dir, { mode: 0o755 });
  const variables: Record<string, string> = {};
  for (const [name, value] of Object.entries(secrets)) {
    const file = join(dir, name.toLowerCase());
    await writeFile(file, value, { mode: 0o400 });
    await chown(file, IMAGE_USER, IMAGE_USER);
    variables[`${name}_FILE`] = `/run/secrets/${name.toLowerCase()}`;
  }
  return variables;
}
