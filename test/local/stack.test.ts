import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, describe, expect, it } from 'vitest';
import { startPostgres } from '../../src/local/postgres/index.ts';
import { startSandboxProcess } from '../../src/local/sandbox-process.ts';
import { type RunningProcess, startScript } from '../support/processes.ts';

const run = promisify(execFile);
const folder = mkdtempSync(join(tmpdir(), 'herald-stack-'));

// What Herald leaves running on purpose is stopped here, however the test ended.
afterAll(async () => {
  const postgres = await startPostgres({ stateDir: folder });
  await postgres.stop();
  const sandbox = await startSandboxProcess({ stateDir: folder, port: 0 });
  await sandbox.stop();
  for (const left of [folder, postgres.homeDir]) rmSync(left, { recursive: true, force: true });
});

const start = (more: Record<string, string> = {}): RunningProcess =>
  startScript('src/local/start.ts', [], {
    env: {
      PATH: process.env.PATH,
      HERALD_STATE_DIR: folder,
      PORT: '0',
      OPS_PORT: '0',
      SANDBOX_PORT: '0',
      ...more,
    },
  });

const urlIn = async (herald: RunningProcess, label: RegExp): Promise<string> =>
  /http:\/\/[\d.:]+/.exec(await herald.waitForLine(label))?.[0] ?? '';

const postAsPrinted = async (herald: RunningProcess) => {
  const command = await herald.waitForLine(/^curl /);
  const { stdout } = await run('sh', ['-c', command]);
  return JSON.parse(stdout) as { state: string; tweetId: string };
};

/** The session variables of the printed curl as headers, the way Hasura asks a remote schema. */
const postAsRemoteSchema = async (url: string, curl: string): Promise<string> => {
  const body = JSON.parse(curl.slice(curl.indexOf("-d '") + 4, -1)) as {
    session_variables: Record<string, string>;
  };
  const response = await fetch(`${url}/graphql`, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      'x-hasura-webhook-secret': readFileSync(join(folder, 'webhook-secret'), 'utf8').trim(),
      ...body.session_variables,
    },
    body: JSON.stringify({ query: 'mutation { postTweet(input: { text: "through /graphql" }) { state } }' }),
  });
  return ((await response.json()) as { data: { postTweet: { state: string } } }).data.postTweet.state;
};

const idsAt = async (sandbox: string): Promise<string[]> =>
  ((await (await fetch(`${sandbox}/_sandbox/tweets`)).json()) as { id: string }[]).map(({ id }) => id);

describe('npm start', () => {
  it('posts with the curl it prints, survives a kill -9 of Herald, takes up where it was, and stops in order', async () => {
    const first = start();
    const sandbox = await urlIn(first, /^Sandbox timeline/);
    const posted = await postAsPrinted(first);
    expect(posted.state).toBe('SENT');
    expect(await idsAt(sandbox)).toEqual([posted.tweetId]);
    expect(first.output).toContain('Made a development secret');
    for (const name of ['webhook-secret', 'keyring.json'])
      expect(statSync(join(folder, name)).mode & 0o777).toBe(0o600);

    const herald = (await urlIn(first, /^Remote schema/)).replace('/graphql', '');
    expect(await postAsRemoteSchema(herald, await first.waitForLine(/^curl /))).toBe('SENT');
    expect(await idsAt(sandbox)).toHaveLength(2);

    first.signal('SIGKILL');
    await first.exited;
    expect(await idsAt(sandbox)).toHaveLength(2);

    const second = start();
    expect(await second.waitForLine(/^Sandbox timeline/)).toContain(`${sandbox}/   (was running already)`);
    expect(second.output).not.toContain('Made a development secret');
    const again = await postAsPrinted(second);
    expect((await idsAt(sandbox)).at(-1)).toBe(again.tweetId);

    second.signalGroup('SIGINT');
    expect(await second.waitForExit()).toEqual({ code: 0, signal: null });
    await expect(fetch(sandbox)).rejects.toThrow();
  });

  it('runs also when no client of its own lets it make a bearer token', async () => {
    const redirectUris = ['https://app.example.com/x'];
    const herald = start({ HERALD_CLIENTS: JSON.stringify([{ id: 'web', redirectUris }]) });
    expect(await herald.waitForLine(/^No bearer token/)).toContain('no client with a loopback redirect URI');
    await herald.waitForLine(/^Ctrl-C/);
    herald.signalGroup('SIGINT');
    expect(await herald.waitForExit()).toEqual({ code: 0, signal: null });
  });
});
