import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { createEnvelopeOpener, generateKeyring, loadKeyring } from '../../src/credentials/index.ts';
import { openSession } from '../../src/session/index.ts';
import { startProcess } from '../support/processes.ts';

const folder = mkdtempSync(join(tmpdir(), 'herald-cli-'));
const keyring = await generateKeyring(new Date(), ['envelope', 'rest']);
writeFileSync(join(folder, 'keyring.json'), keyring);
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const pair = { accessToken: `42-${'a'.repeat(40)}`, accessTokenSecret: 'canary'.padEnd(45, 'x') };

const herald = async (args: string[], input = ''): Promise<{ code: number | null; output: string }> => {
  const child = startProcess(
    'sh',
    ['-c', 'printf %s "$INPUT" | node --import tsx src/cli/main.ts "$@"', 'herald', ...args],
    {
      env: { PATH: process.env.PATH, HERALD_STATE_DIR: folder, INPUT: input },
    },
  );
  const { code } = await child.waitForExit();
  return { code, output: child.output };
};

describe('herald seal', () => {
  it('prints session variables that Herald opens for that user', async () => {
    const { code, output } = await herald(['seal', '--user-id', 'user-7', '--json'], JSON.stringify(pair));
    expect(code).toBe(0);
    expect(output).not.toContain('canary');
    const session = openSession(JSON.parse(output), ['user']);
    const open = createEnvelopeOpener({ keyring: await loadKeyring(keyring), log: () => {} });
    const opened = await open(session, async (credentials) => credentials.accessTokenSecret.reveal());
    expect(opened).toBe(pair.accessTokenSecret);
  });

  it.each([
    ['no user id', ['seal'], '{}', 2, /--user-id/],
    ['an unknown command', ['steal'], '', 2, /no command steal/],
    ['an unknown option', ['seal', '--token', 'x'], '', 2, /--token/],
    ['hours over a day', ['seal', '--user-id', 'u', '--hours', '25'], '{}', 1, /1 to 24/],
    ['no JSON', ['seal', '--user-id', 'u'], 'nonsense', 1, /must be JSON/],
    [
      'a token of another shape',
      ['seal', '--user-id', 'u'],
      '{"accessToken":"canary"}',
      1,
      /numeric user id/,
    ],
    [
      'no secret',
      ['seal', '--user-id', 'u'],
      JSON.stringify({ accessToken: pair.accessToken }),
      1,
      /accessTokenSecret/,
    ],
  ])('refuses %s with exit code and sentence', async (_what, args, input, expected, sentence) => {
    const { code, output } = await herald(args, input);
    expect(code).toBe(expected);
    expect(output).toMatch(sentence);
    expect(output).not.toMatch(/canary| at .*\.ts:/);
  });

  it('explains itself', async () => {
    for (const args of [[], ['--help'], ['seal', '--help']])
      expect((await herald(args)).output).toContain('herald seal --user-id ID [--hours N]');
  });
});
