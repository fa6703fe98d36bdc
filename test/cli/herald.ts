import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { afterAll, expect } from 'vitest';
import { run } from '../../src/cli/run.ts';
import { type RunningProcess, startProcess, startScript } from '../support/processes.ts';

const main = fileURLToPath(new URL('../../src/cli/main.ts', import.meta.url));

/** What one command line came to. */
export interface Outcome {
  readonly code: number | null;
  /** Standard output and standard error. */
  readonly output: string;
}

/** The same where the two are told apart. */
export interface Streams extends Outcome {
  readonly stdout: string;
  readonly stderr: string;
}

/** What a command line is run with, beside its words. */
export interface Standard {
  /** On standard input; nothing unless given. */
  readonly input?: string;
  /** Whether standard output is a terminal. */
  readonly terminal?: boolean;
}

export interface Herald {
  /** Runs a command line in this process: everything but src/cli/main.ts. */
  (...args: string[]): Promise<Streams>;
  /** The same with something on standard input, or on a terminal. */
  given(standard: Standard, ...args: string[]): Promise<Streams>;
  /** With `--json`; the one object that was printed. */
  json<T = Record<string, unknown>>(...args: string[]): Promise<{ code: number | null; body: T }>;
  /** Runs it as a process, as operators do. */
  process(...args: string[]): Promise<Outcome>;
  /** The same behind a pipe: `printf %s INPUT | herald ...`. */
  piped(input: string, ...args: string[]): Promise<Outcome>;
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
  const checked = <T extends Outcome>(outcome: T): T => {
    expect(outcome.output).not.toMatch(/canary| at .*\.ts:/);
    for (const name of ['DATABASE_URL', 'HERALD_KEYRING'])
      expect(outcome.output).not.toContain(environment[name] ?? 'canary');
    return outcome;
  };
  const given = async ({ input = '', terminal = false }: Standard, ...args: string[]): Promise<Streams> => {
    const told: string[] = [];
    const { code, output, error } = await run(args, {
      shell,
      folder,
      input: Readable.from(input === '' ? [] : [input]),
      outputIsTerminal: terminal,
      tell: (line) => void told.push(`${line}\n`),
    });
    const stderr = told.join('') + error;
    return checked({ code, output: output + stderr, stdout: output, stderr });
  };
  const ended = async (child: RunningProcess): Promise<Outcome> => {
    const { code } = await child.waitForExit();
    return checked({ code, output: child.output });
  };
  const env = { PATH: process.env.PATH, ...shell };
  return Object.assign((...args: string[]) => given({}, ...args), {
    folder,
    given,
    json: async <T>(...args: string[]) => {
      const { code, stdout, stderr } = await given({}, ...args, '--json');
      return { code, body: JSON.parse(stdout || stderr) as T };
    },
    process: (...args: string[]) => ended(startScript(main, args, { cwd: folder, env })),
    piped: (input: string, ...args: string[]) =>
      ended(
        startProcess('sh', ['-c', 'printf %s "$INPUT" | node --import "$TSX" "$@"', 'sh', main, ...args], {
          cwd: folder,
          env: { ...env, INPUT: input, TSX: import.meta.resolve('tsx') },
        }),
      ),
  });
};
