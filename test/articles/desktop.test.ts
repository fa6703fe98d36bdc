import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import * as f from '../credentials/fixtures.ts';
import { type RunningIssuer, startIssuer } from './issuer.ts';

const program = fileURLToPath(new URL('../../docs/examples/desktop.ts', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'herald-desktop-'));
const file = join(folder, 'kept.json');

let issuer: RunningIssuer;
beforeAll(async () => {
  issuer = await startIssuer();
});
const children: ChildProcess[] = [];
afterAll(async () => {
  for (const child of children) child.kill('SIGKILL');
  await issuer.close();
  rmSync(folder, { recursive: true });
});
beforeEach(() => {
  issuer.decision = 'allow';
});

/** The example as a process: what it prints, and how it ends. */
interface Run {
  readonly ended: Promise<number | null>;
  output(): string;
  /** The address that it asks the user to open. */
  address(): Promise<string>;
}

const start = (...more: string[]): Run => {
  const args = ['--import', 'tsx', program, '--issuer', issuer.url, '--keep', file, ...more];
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'pipe'] });
  children.push(child);
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (output += chunk));
  const ended = new Promise<number | null>((exited) => child.on('close', exited));
  const address = () =>
    new Promise<string>((found, missing) => {
      const look = () => {
        const line = /^http:\S+\n/m.exec(output)?.[0];
        if (line !== undefined) found(line.trim());
      };
      child.stdout.on('data', look);
      look();
      void ended.then(() => missing(new Error(output)));
    });
  return { ended, output: () => output, address };
};

/** A browser: keeps cookies, follows redirects, and shows what the last page says. */
const browse = async (address: string): Promise<string> => {
  const cookies = new Map<string, string>();
  for (let url = address; ; ) {
    const cookie = [...cookies].map((pair) => pair.join('=')).join('; ');
    const response = await fetch(url, { redirect: 'manual', headers: { cookie } });
    for (const line of response.headers.getSetCookie()) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(line) ?? [];
      cookies.set(name, value);
    }
    const next = response.headers.get('location');
    if (next === null) return response.text();
    url = new URL(next, url).href;
  }
};

it('signs in over a loopback redirect, refreshes, and verifies both tokens with the kept keys', async () => {
  const run = start();
  expect(await browse(await run.address())).toContain('This window can be closed');
  expect(await run.ended, run.output()).toBe(0);
  const lines = run.output().trim().split('\n').slice(2);
  expect(lines).toEqual([
    expect.stringMatching(/^Signed in: twitter\|844619452427751424, role user, until 20\d\d-/),
    expect.stringMatching(/^Refreshed: twitter\|844619452427751424, role user, until 20\d\d-/),
  ]);
  expect(run.output()).not.toContain('eyJ');
  expect(statSync(file).mode & 0o777).toBe(0o600);
  expect(readFileSync(file, 'utf8')).not.toContain(f.alice.token);
});

it('needs no browser the next time, and replaces the refresh token', async () => {
  const before = readFileSync(file, 'utf8');
  const run = start();
  expect(await run.ended, run.output()).toBe(0);
  expect(run.output()).toMatch(/^Refreshed: twitter\|844619452427751424/);
  expect(JSON.parse(readFileSync(file, 'utf8')).refreshToken).not.toBe(JSON.parse(before).refreshToken);
});

it('fetches the keys anew when it has none that fits', async () => {
  const { refreshToken } = JSON.parse(readFileSync(file, 'utf8'));
  writeFileSync(file, JSON.stringify({ refreshToken, jwks: { keys: [] } }));
  const run = start();
  expect(await run.ended, run.output()).toBe(0);
  expect(JSON.parse(readFileSync(file, 'utf8')).jwks.keys).toHaveLength(1);
});

it('does not take a token for another audience', async () => {
  const run = start('--audience', 'another-app');
  expect(await run.ended).toBe(1);
  expect(run.output()).toMatch(/It did not work: .*"aud"/);
});

it('asks for a new sign-in when the refresh token counts no more; strangers at its port change nothing', async () => {
  writeFileSync(file, JSON.stringify({ refreshToken: 'used-up', jwks: { keys: [] } }));
  const run = start();
  const address = await run.address();
  const redirect = new URL(new URL(address).searchParams.get('redirect_uri') ?? '');
  for (const query of ['?code=x', '?code=x&state=guessed', '?error=access_denied']) {
    const response = await fetch(`${redirect.href}${query}`);
    expect(response.status).toBe(404);
    await response.body?.cancel();
  }
  await browse(address);
  expect(await run.ended, run.output()).toBe(0);
});

it('says so when the user refuses', async () => {
  issuer.decision = 'deny';
  rmSync(file);
  const run = start();
  await browse(await run.address());
  expect(await run.ended).toBe(1);
  expect(run.output()).toContain('It did not work: access_denied');
});
