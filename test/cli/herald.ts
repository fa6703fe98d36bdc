import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { afterAll, expect } from 'vitest';
import { run } from '../../src/cli/run.ts';
import { startScript } from '../support/processes.ts';

const main = fileURLToPath(new URL('../../src/cli/main.ts', import.meta.url));

/** What one command line came to. */
export interface Outcome {
  readonly code: number | null;
  /** Standard output and standard error. */
  readonly output: string;
}

export interface Herald {
  /** Runs a command line in this process: everything but src/cli/main.ts. */
  (...args: string[]): Promise<Outcome>;
  /** The same with `--json`; the one object that was printed. */
  json<T = Record<string, unknown>>(...args: string[]): Promise<{ code: number | null; body: T }>;
  /** Runs it as a process, as operators do. */
  process(...args: string[]): Promise<Outcome>;
  /** Where it runs: `.env` and `.herald` are looked for here. */
  readonly folder: string;
}

const folders: string[] = [];

// At the file's end, also for what is made inside of a test.
afterAll(() => {
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
});

/** Nothing answers there, and nothing is asked. */
const NOWHERE = { X_API_URL: 'http://127.0.0.1:1', OPS_PORT: '1' };

/**
 * The command in a folder of its own, which is removed after the file. Every output is searched for `canary`, so a
 * secret in the environment or in the ledger has that word in it.
 */
export const createHerald = (environment: Record<string, string>): Herald => {
  const folder = mkdtempSync(join(tmpdir(), 'herald-cli-'));
  folders.push(folder);
  const shell = { ...NOWHERE, ...environment };
  const checked = (outcome: Outcome): Outcome => {
    expect(outcome.output).not.toMatch(/canary| at .*\.ts:/);
    for (const name of ['DATABASE_URL', 'HERALD_KEYRING'])
      expect(outcome.output).not.toContain(environment[name] ?? 'canary');
    return outcome;
  };
  const here = async (...args: string[]): Promise<Outcome> => {
    const { code, output, error } = await run(args, { shell, folder, input: Readable.from([]) });
    return checked({ code, output: output + error });
  };
  return Object.assign(here, {
    folder,
    json: async <T>(...args: string[]) => {
      const { code, output } = await here(...args, '--json');
      return { code, body: JSON.parse(output) as T };
    },
    process: async (...args: string[]) => {
      const child = startScript(main, args, { cwd: folder, env: { PATH: process.env.PATH, ...shell } });
      const { code } = await child.waitForExit();
      return checked({ code, output: child.output });
    },
  });
};
