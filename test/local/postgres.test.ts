import { existsSync } from 'node:fs';
import {
  chmod,
  chown,
  cp,
  lstat,
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  rm,
  stat,
  writeFile,
} from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { type LocalPostgres, type PostgresOptions, startPostgres } from '../../src/local/postgres/index.ts';
import { findPackage } from '../../src/local/postgres/programs.ts';
import { readRows, runSql } from '../support/postgres.ts';
import { type ProcessOptions, startProcess, startScript } from '../support/processes.ts';

const LAUNCHER = join(import.meta.dirname, 'launch-postgres.ts');
const IS_ROOT = process.getuid?.() === 0;
const NOBODY = 65_534;

type Started = { evt: 'started' } & Omit<LocalPostgres, 'stop'>;

/** One state folder for the tests that do not mind what ran in it before. */
const shared = join(await makeFolder(afterAll), 'state');

/** A folder that everybody can reach, as a project's is; afterwards what runs and lies in its `state` is removed. */
async function makeFolder(afterwards: (remove: () => Promise<void>) => void): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'herald-launcher-'));
  await chmod(folder, 0o755);
  afterwards(async () => {
    await removeState(join(folder, 'state'));
    await rm(folder, { recursive: true });
  });
  return folder;
}

async function removeState(stateDir: string): Promise<void> {
  const settings = await readFile(join(stateDir, 'postgres.json'), 'utf8').catch(() => '{"home":"postgres"}');
  const homeDir = resolve(stateDir, (JSON.parse(settings) as { home: string }).home);
  if (existsSync(join(homeDir, 'data', 'postmaster.pid'))) await (await start(stateDir)).stop();
  await rm(homeDir, { recursive: true, force: true });
}

const start = (stateDir: string, options: Partial<PostgresOptions> = {}) =>
  startPostgres({ stateDir, durable: false, ...options });

async function startStopped(stateDir: string): Promise<LocalPostgres> {
  const server = await start(stateDir);
  if (!server.reused) return server;
  await server.stop();
  return start(stateDir);
}

async function launch(stateDir: string, options: ProcessOptions = {}) {
  const child = startScript(LAUNCHER, [stateDir], options);
  return { child, server: await child.waitForEvent<Started>(({ evt }) => evt === 'started') };
}

/** The package as it is where install scripts do not run: without the links between its libraries. */
const packageDir = join(await makeFolder(afterAll), 'package');

beforeAll(async () => {
  const filter = async (path: string) => !(await lstat(path)).isSymbolicLink();
  await cp(findPackage(), packageDir, { recursive: true, filter });
});

describe('startPostgres', () => {
  it('gives two processes that start at the same time, for the first time, one server', async () => {
    const [one, other] = await Promise.all([start(shared), start(shared)]);
    expect(one.url).toBe(other.url);
    expect([one.reused, other.reused].filter((reused) => reused)).toHaveLength(1);
  });

  it('starts a UTF8 server on the loopback alone, and the next start finds it', async () => {
    const first = await startStopped(shared);
    expect(first.reused).toBe(false);
    const [settings] = await readRows(
      first.url,
      `select current_setting('server_encoding') as encoding, current_setting('listen_addresses') as addresses,
              current_setting('unix_socket_directories') as sockets, current_setting('TimeZone') as zone`,
    );
    expect(settings).toEqual({ encoding: 'UTF8', addresses: '127.0.0.1', sockets: '', zone: 'UTC' });
    const second = await start(shared);
    expect({ url: second.url, reused: second.reused }).toEqual({ url: first.url, reused: true });
  });

  it('keeps data and port over a stop', async () => {
    const first = await start(shared);
    await runSql(first.url, 'create table note as select 1 as kept');
    await first.stop();
    await first.stop();
    await expect(readRows(first.url, 'select 1')).rejects.toThrow('ECONNREFUSED');
    const second = await start(shared);
    expect({ port: second.port, reused: second.reused }).toEqual({ port: first.port, reused: false });
    expect(await readRows(second.url, 'select kept from note')).toEqual([{ kept: 1 }]);
  });

  it('moves to another port when the last one is taken, and says so when that one was asked for', async () => {
    const first = await start(shared);
    await first.stop();
    const squatter = createServer().listen(first.port, '127.0.0.1');
    try {
      await expect(start(shared, { port: first.port })).rejects.toThrow('Address already in use');
      expect((await start(shared)).port).not.toBe(first.port);
    } finally {
      squatter.close();
    }
  });

  it('asks for the password, which is in a file for the owner alone', async () => {
    const { url, port } = await start(shared);
    const { password } = new URL(url);
    const file = join(shared, 'postgres.json');
    expect((await stat(file)).mode & 0o777).toBe(0o600);
    expect(await readFile(file, 'utf8')).toContain(password);
    const wrongUrl = `postgres://herald:wrong@127.0.0.1:${port}/postgres`;
    await expect(readRows(wrongUrl, 'select 1')).rejects.toThrow('password authentication failed');
    expect(await readFile(join(shared, 'postgres', 'server.log'), 'utf8')).not.toContain(password);
    expect((await readdir(join(shared, 'postgres'))).sort()).toEqual(['data', 'server.log']);
  });

  it('says what to do when the password is lost', async () => {
    await start(shared);
    const file = join(shared, 'postgres.json');
    const settings = await readFile(file, 'utf8');
    await rm(file);
    try {
      await expect(start(shared)).rejects.toThrow(/another password.*Bring that file back/);
    } finally {
      await writeFile(file, settings, { mode: 0o600 });
    }
  });

  it('starts over a pid file whose number went to another process', async () => {
    const { stop, homeDir } = await start(shared);
    const pidFile = join(homeDir, 'data', 'postmaster.pid');
    const lines = (await readFile(pidFile, 'utf8')).split('\n');
    await stop();
    await writeFile(pidFile, [String(process.pid), ...lines.slice(1)].join('\n'));
    expect((await start(shared)).reused).toBe(false);
  });

  it('names the next step when the package for the platform is missing', () => {
    expect(() => findPackage('plan9-pdp11')).toThrow(
      /Run "npm ci" without --omit=optional, or set DATABASE_URL/,
    );
  });
});

describe('the process that started the server', () => {
  it('may die of kill -9: the server stays and is found again', async () => {
    await (await start(shared)).stop();
    const { child, server } = await launch(shared);
    expect(server.reused).toBe(false);
    await child.kill();
    expect(await readRows(server.url, 'select 1 as one')).toEqual([{ one: 1 }]);
    const again = await start(shared);
    expect({ url: again.url, reused: again.reused }).toEqual({ url: server.url, reused: true });
  });

  it('has the server until it is done with it, when Ctrl-C reaches the whole process group', async () => {
    await (await start(shared)).stop();
    const { child, server } = await launch(shared);
    expect(server.reused).toBe(false);
    child.signalGroup('SIGINT');
    const drained = await child.waitForEvent<{ evt: string; serverAlive: boolean }>(
      ({ evt }) => evt === 'drained',
    );
    expect(drained.serverAlive).toBe(true);
    expect(await child.waitForExit()).toEqual({ code: 0, signal: null });
    await expect(readRows(server.url, 'select 1')).rejects.toThrow('ECONNREFUSED');
  });

  it('may have no environment: the text is UTF8 all the same', async () => {
    const stateDir = join(await makeFolder(onTestFinished), 'state');
    const { server } = await launch(stateDir, { env: {} });
    await runSql(server.url, 'create table note (text text)');
    await runSql(server.url, `insert into note values ('Grüße 👋 ÅÉ')`);
    const sql = 'select text, upper(text) as up, lower(text) as low, length(text) from note';
    expect(await readRows(server.url, sql)).toEqual([
      { text: 'Grüße 👋 ÅÉ', up: 'GRÜßE 👋 ÅÉ', low: 'grüße 👋 åé', length: 10 },
    ]);
  });

  it('may be another user than root, with install scripts off and a package that is not writable', async () => {
    const folder = await makeFolder(onTestFinished);
    const stateDir = join(folder, 'state');
    await mkdir(stateDir);
    if (IS_ROOT) await chown(stateDir, NOBODY, NOBODY);
    const dropRoot = ['setpriv', `--reuid=${NOBODY}`, `--regid=${NOBODY}`, '--clear-groups'];
    const node = [process.execPath, '--import', import.meta.resolve('tsx'), LAUNCHER, stateDir, packageDir];
    const [command = '', ...args] = IS_ROOT ? [...dropRoot, ...node] : node;
    const child = startProcess(command, args, { env: { PATH: process.env.PATH } });
    const server = await child.waitForEvent<Started>(({ evt }) => evt === 'started');
    expect(await readRows(server.url, 'show server_encoding')).toEqual([{ server_encoding: 'UTF8' }]);
    expect((await stat(join(server.homeDir, 'data'))).uid).toBe(IS_ROOT ? NOBODY : process.getuid?.());
    expect((await readdir(server.homeDir)).some((name) => name.startsWith('programs-'))).toBe(true);
    child.signalGroup('SIGINT');
    expect(await child.waitForExit()).toEqual({ code: 0, signal: null });
  });
});

describe.runIf(IS_ROOT)('root', () => {
  it('runs the server as somebody else, in a data folder that only that user can read', async () => {
    const { homeDir } = await start(shared);
    const data = await stat(join(homeDir, 'data'));
    expect(data.uid).not.toBe(0);
    expect(data.mode & 0o077).toBe(0);
  });

  it('can work in a 0700 folder with a package that nobody else can reach', async () => {
    const folder = await makeFolder(onTestFinished);
    for (const dir of [folder, packageDir]) await chmod(dir, 0o700);
    onTestFinished(() => chmod(packageDir, 0o755));
    const stateDir = join(folder, 'state');
    const options = { packageDir, rootDir: await makeFolder(onTestFinished) };
    const server = await start(stateDir, options);
    expect(dirname(server.homeDir)).toBe(options.rootDir);
    expect(await readRows(server.url, 'select 1 as one')).toEqual([{ one: 1 }]);
    expect((await stat(stateDir)).mode & 0o777).toBe(0o700);
    await server.stop();
    const again = await start(stateDir, options);
    expect({ homeDir: again.homeDir, reused: again.reused }).toEqual({
      homeDir: server.homeDir,
      reused: false,
    });
  });
});
