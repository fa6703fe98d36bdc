import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, expect } from 'vitest';
import { startScript } from '../support/processes.ts';

const main = fileURLToPath(new URL('../../src/cli/main.ts', import.meta.url));

/** What one command line came to. */
export interface Outcome {
  readonly code: number | null;
  /** Standard output and standard error. */
  readonly output: string;
}

export interface Herald {
  (...args: string[]): Promise<Outcome>;
  /** The same with `--json`; the one object that was printed. */
  json<T = Record<string, unknown>>(...args: string[]): Promise<{ code: number | null; body: T }>;
  /** Where it runs: `.env` and `.herald` are looked for here. */
  readonly folder: string;
}

/** Nothing answers there, and nothing is asked. */
const NOWHERE = { X_API_URL: 'http://127.0.0.1:1', OPS_PORT: '1' };

/**
 * The real command as a process in a folder of its own, which is removed after the file. Every output is searched for
 * `canary`, so a secret in the environment or in the ledger has that word in it.
 */
export const createHerald = (environment: Record<string, string>): Herald => {
  const folder = mkdtempSync(join(tmpdir(), 'herald-cli-'));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  const env = { PATH: process.env.PATH, ...NOWHERE, ...environment };
  const run = async (...args: string[]): Promise<Outcome> => {
    const child = startScript(main, args, { cwd: folder, env });
    const { code } = await child.waitForExit();
    expect(child.output).not.toMatch(/canary| at .*\.ts:/);
    for (const name of ['DATABASE_URL', 'HERALD_KEYRING']) {
      const secret = environment[name];
      if (secret !== undefined) expect(child.output).not.toContain(secret);
    }
    return { code, output: child.output };
  };
  return Object.assign(run, {
    folder,
    json: async <T>(...args: string[]) => {
      const { code, output } = await run(...args, '--json');
      return { code, body: JSON.parse(output) as T };
    },
  });
};
