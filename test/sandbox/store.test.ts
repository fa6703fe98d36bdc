import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  appendFileSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type Sandbox, startSandbox } from '../../src/sandbox/index.ts';
import { account, control, post, postedId, sendSigned } from './signed.ts';
import { describeMedia, PNG, upload } from './uploads.ts';

let dir: string;
const running: ChildProcessByStdio<null, Readable, Readable>[] = [];
const opened: Sandbox[] = [];
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'herald-sandbox-'));
});
afterEach(async () => {
  for (const sandbox of opened.splice(0)) await sandbox.close();
  for (const child of running.splice(0)) if (child.exitCode === null) child.kill('SIGKILL');
  rmSync(dir, { recursive: true, force: true });
});

interface Listed {
  id: string;
  text: string;
  in_reply_to_tweet_id: string | null;
}
const tweets = (sandbox: Sandbox) => control<Listed[]>(sandbox, 'GET', 'tweets');

async function open(): Promise<Sandbox> {
  const sandbox = await startSandbox({ stateDir: dir });
  opened.push(sandbox);
  return sandbox;
}

function spawnSandbox(env: Record<string, string>): ChildProcessByStdio<null, Readable, Readable> {
  const child = spawn(process.execPath, ['--import', 'tsx', 'src/sandbox/main.ts'], {
    env: { PATH: process.env.PATH, SANDBOX_PORT: '0', HERALD_STATE_DIR: dir, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  running.push(child);
  return child;
}

interface Listening {
  evt: string;
  url: string;
  tlsUrl?: string;
  caFile?: string;
}

async function listening(child: ChildProcessByStdio<null, Readable, Readable>): Promise<Listening> {
  for await (const line of createInterface({ input: child.stdout })) return JSON.parse(line) as Listening;
  throw new Error('the sandbox said nothing');
}

describe('state', () => {
  test('a pair that was invalidated stays so after a restart', async () => {
    const first = await open();
    const old = await account(first, 'carol');
    await sendSigned(first, { method: 'POST', target: '/1.1/oauth/invalidate_token', tokens: old });
    const fresh = await account(first, 'carol');
    await first.close();

    const second = await open();
    const me = { method: 'GET', target: '/2/users/me' };
    expect((await sendSigned(second, { ...me, tokens: old })).status).toBe(401);
    expect((await sendSigned(second, { ...me, tokens: fresh })).status).toBe(200);
    expect(await account(second, 'carol')).toEqual(fresh);
  });

  test('users, tokens and tweets outlive a restart; ids go on', async () => {
    const first = await open();
    const alice = await account(first, 'alice');
    const parent = await postedId(first, alice, { text: 'parent' });
    const child = await postedId(first, alice, { text: 'child', reply: { in_reply_to_tweet_id: parent } });
    const gone = await postedId(first, alice, { text: 'gone' });
    await sendSigned(first, { method: 'DELETE', target: `/2/tweets/${gone}`, tokens: alice });
    await sendSigned(first, { method: 'DELETE', target: `/2/tweets/${parent}`, tokens: alice });
    await first.close();

    const second = await open();
    expect(await account(second, 'alice')).toEqual(alice);
    expect(await tweets(second)).toMatchObject([{ id: child, in_reply_to_tweet_id: parent }]);
    expect((await post(second, alice, { text: 'child' })).status).toBe(403);
    expect(BigInt(await postedId(second, alice, { text: 'next' }))).toBeGreaterThan(BigInt(child));
  });

  test('everything that a tweet has, and its pictures, outlive a restart; the plan is an option', async () => {
    const first = await open();
    await control(first, 'POST', 'limits', { plan: 'enterprise' });
    const alice = await account(first, 'alice');
    const picture = await upload(first, alice, PNG, Buffer.from('a picture'));
    await describeMedia(first, alice, picture, 'what it shows');
    const quoted = await postedId(first, alice, { media: { media_ids: [picture] }, made_with_ai: true });
    const poll = { options: ['yes', 'no'], duration_minutes: 60 };
    await postedId(first, alice, { text: 'vote', poll, community_id: '7', reply_settings: 'verified' });
    await postedId(first, alice, { text: 'quote', quote_tweet_id: quoted, paid_partnership: true });
    const before = await tweets(first);
    const page = await (await fetch(first.url)).text();
    await first.close();

    const second = await open();
    expect(await tweets(second)).toEqual(before);
    const timeless = (text: string) => text.replace(/>(now|\d+s)</g, '>now<');
    expect(timeless(await (await fetch(second.url)).text())).toBe(timeless(page));
    expect(await (await fetch(`${second.url}/_sandbox/media/${picture}`)).text()).toBe('a picture');
    const again = await post(second, alice, { media: { media_ids: [picture] } });
    expect(again.status).toBe(201);
    expect(BigInt(await upload(second, alice, PNG))).toBeGreaterThan(BigInt(picture));
    expect((await post(second, alice, { text: 'more', quote_tweet_id: quoted })).status).toBe(403);
  });

  test('pictures that expired stay only with the tweet that took them', async () => {
    let nowMs = Date.now();
    const first = await startSandbox({ stateDir: dir, now: () => nowMs });
    const alice = await account(first, 'alice');
    const [taken, left] = [await upload(first, alice, PNG), await upload(first, alice, PNG)];
    await postedId(first, alice, { media: { media_ids: [taken] } });
    await first.close();
    nowMs += 25 * 60 * 60_000;
    await (await startSandbox({ stateDir: dir, now: () => nowMs })).close();
    const files = readdirSync(join(dir, 'sandbox', 'media')).sort();
    expect(files).toEqual([`${taken}.bytes`, `${taken}.json`]);
    expect(left).not.toBe(taken);
    for (const file of files) {
      expect((statSync(join(dir, 'sandbox', 'media', file)).mode & 0o777).toString(8)).toBe('600');
    }
    const last = await open();
    await control(last, 'POST', 'reset');
    expect(readdirSync(join(dir, 'sandbox', 'media'))).toEqual([]);
  });

  test('is readable by its owner alone', async () => {
    const sandbox = await open();
    await postedId(sandbox, await account(sandbox, 'alice'), { text: 'private' });
    for (const file of ['users.json', 'tweets.jsonl']) {
      expect((statSync(join(dir, 'sandbox', file)).mode & 0o777).toString(8)).toBe('600');
    }
  });

  test('half a line at the end is left out, and the journal goes on', async () => {
    const first = await open();
    const alice = await account(first, 'alice');
    await postedId(first, alice, { text: 'whole' });
    await first.close();
    appendFileSync(join(dir, 'sandbox', 'tweets.jsonl'), '{"op":"create","id":"2');
    const second = await open();
    await postedId(second, alice, { text: 'after the tear' });
    await second.close();
    expect((await tweets(await open())).map(({ text }) => text)).toEqual(['whole', 'after the tear']);
  });

  test('damage elsewhere is said, not hidden', async () => {
    const first = await open();
    await first.close();
    writeFileSync(join(dir, 'sandbox', 'tweets.jsonl'), 'nonsense\n{}\n');
    await expect(open()).rejects.toThrow(/line 1 of .*tweets\.jsonl is damaged/);
  });

  test('a second sandbox that does not get the port leaves the state alone', async () => {
    const first = await open();
    const alice = await account(first, 'alice');
    const port = Number(new URL(first.url).port);
    await expect(startSandbox({ stateDir: dir, port })).rejects.toThrow(/EADDRINUSE/);
    await postedId(first, alice, { text: 'still written down' });
    await first.close();
    expect(await tweets(await open())).toMatchObject([{ text: 'still written down' }]);
  });

  test('a start compacts the journal', async () => {
    const first = await open();
    const alice = await account(first, 'alice');
    const id = await postedId(first, alice, { text: 'gone' });
    await sendSigned(first, { method: 'DELETE', target: `/2/tweets/${id}`, tokens: alice });
    await first.close();
    const journal = join(dir, 'sandbox', 'tweets.jsonl');
    expect(readFileSync(journal, 'utf8').trim().split('\n')).toHaveLength(2);
    await (await open()).close();
    expect(readFileSync(journal, 'utf8')).toBe('');
  });
});

describe('the process', () => {
  test('everything that was answered survives kill -9 in mid-traffic', async () => {
    const child = spawnSandbox({});
    const { url } = await listening(child);
    const alice = await account({ url } as Sandbox, 'alice');
    await control({ url } as Sandbox, 'POST', 'limits', { posts: null });
    const answered: string[] = [];
    let count = 0;
    const worker = async () => {
      for (;;) {
        count += 1;
        const id = await postedId({ url } as Sandbox, alice, { text: `tweet ${count}` }).catch(
          () => undefined,
        );
        if (id === undefined) return;
        answered.push(id);
        if (answered.length === 40) child.kill('SIGKILL');
      }
    };
    await Promise.all([worker(), worker(), worker(), worker()]);
    expect(answered.length).toBeGreaterThanOrEqual(40);
    const kept = (await tweets(await open())).map(({ id }) => id);
    expect(kept).toEqual(expect.arrayContaining(answered));
  });

  test('says where it listens, with the certificate to trust, and ends on SIGTERM in spite of open connections', async () => {
    const child = spawnSandbox({ SANDBOX_TLS_PORT: '0' });
    const { evt, url, tlsUrl, caFile } = await listening(child);
    expect(evt).toBe('sandbox_listening');
    const sandbox = { url, tlsUrl, ca: readFileSync(caFile ?? '', 'utf8') } as Sandbox;
    const alice = await account(sandbox, 'alice');
    expect((await post(sandbox, alice, { text: 'over TLS' }, true)).status).toBe(201);
    await control(sandbox, 'POST', 'faults', { kind: 'hang' });
    const hanging = post(sandbox, alice, { text: 'hangs' }, true).catch(
      (error: NodeJS.ErrnoException) => error.code,
    );
    await expect.poll(() => control<unknown[]>(sandbox, 'GET', 'faults'), { timeout: 20_000 }).toEqual([]);
    child.kill('SIGTERM');
    const [code] = (await once(child, 'exit')) as [number];
    expect([code, await hanging]).toEqual([0, 'ECONNRESET']);
  });

  test('writes nothing in a benchmark', async () => {
    const child = spawnSandbox({ SANDBOX_BENCH: '1' });
    const { url } = await listening(child);
    await postedId({ url } as Sandbox, await account({ url } as Sandbox, 'alice'), { text: 'fast' });
    expect(await control({ url } as Sandbox, 'GET', 'requests')).toEqual([]);
    expect(() => statSync(join(dir, 'sandbox'))).toThrow(/ENOENT/);
  });

  test.each([
    [{ SANDBOX_HOST: '0.0.0.0' }, 'loopback only'],
    [{ SANDBOX_HOST: '192.0.2.1', SANDBOX_ALLOW_NETWORK: '1' }, 'loopback only'],
    [{ SANDBOX_PORT: '4001x' }, 'SANDBOX_PORT is a port'],
    [{ SANDBOX_PLAN: 'pro' }, 'SANDBOX_PLAN is one of self-serve, enterprise'],
    [{ SANDBOX_BENCH: 'yes' }, 'SANDBOX_BENCH is 1 or 0'],
  ])('refuses %j in a sentence', async (env, sentence) => {
    const child = spawnSandbox(env);
    const chunks: Buffer[] = [];
    child.stderr.on('data', (chunk: Buffer) => chunks.push(chunk));
    const [code] = (await once(child, 'close')) as [number];
    const text = Buffer.concat(chunks).toString();
    expect([code, text.trim().split('\n').length]).toEqual([1, 1]);
    expect(text).toContain(sentence);
  });
});
