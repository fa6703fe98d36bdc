import { randomBytes, randomUUID } from 'node:crypto';
import {
  access,
  chmod,
  chown,
  mkdir,
  mkdtemp,
  readFile,
  realpath,
  rename,
  rm,
  stat,
  writeFile,
} from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import type { Owner } from './programs.ts';

const SUPERUSER = 'herald';
const LOCALE_FLAGS = [
  '--encoding=UTF8',
  '--locale-provider=builtin',
  '--builtin-locale=C.UTF-8',
  '--locale=C',
];
const CLUSTER_FLAGS = [...LOCALE_FLAGS, '--set=timezone=UTC', '--auth=scram-sha-256'];

/** Where one database server keeps its things, and how to sign in to it. */
export interface Cluster {
  /** Absolute; holds the data, the log and, where needed, a copy of the programs. */
  readonly homeDir: string;
  readonly dataDir: string;
  readonly logFile: string;
  readonly password: string;
}

/** Runs `initdb` or `pg_ctl` to its end, as the owner; throws with the end of the log when it fails. */
export type RunProgram = (name: string, args: string[]) => Promise<void>;

export const connectionUrl = (password: string, port: number): string =>
  `postgres://${SUPERUSER}:${password}@127.0.0.1:${port}/postgres`;

/**
 * Reads `postgres.json` (0600) of the state folder, or makes it with a random password. The home is `postgres/` in the
 * state folder. When this process is root and the server's user cannot get there because a folder above is closed
 * (`/root/project`), it is `<rootDir>/<uuid>` instead.
 */
export async function openCluster(
  stateDir: string,
  owner: Owner | undefined,
  rootDir: string,
): Promise<Cluster> {
  await mkdir(stateDir, { recursive: true, mode: 0o700 });
  const root = await realpath(stateDir);
  const file = join(root, 'postgres.json');
  if (!(await exists(file))) {
    const settings = {
      home: await chooseHome(root, owner, rootDir),
      password: randomBytes(24).toString('base64url'),
    };
    await writeFile(file, JSON.stringify(settings), { mode: 0o600, flag: 'wx' }).catch(ignoreExisting);
  }
  const { home, password } = JSON.parse(await readFile(file, 'utf8')) as { home: string; password: string };
  const homeDir = resolve(root, home);
  await mkdir(homeDir, { recursive: true, mode: 0o700 });
  if (owner !== undefined) await letPass(homeDir);
  return { homeDir, dataDir: join(homeDir, 'data'), logFile: join(homeDir, 'server.log'), password };
}

/**
 * Makes the data folder unless there is one. UTF8 and the builtin locale C.UTF-8 are given rather than found in the
 * environment, every connection needs the password, and a start that dies half-way leaves no half a data folder.
 */
export async function createData(
  cluster: Cluster,
  owner: Owner | undefined,
  durable: boolean,
  run: RunProgram,
): Promise<void> {
  if (await exists(cluster.dataDir)) return;
  const draft = await mkdtemp(`${cluster.dataDir}-`);
  const passwordFile = `${draft}.password`;
  try {
    await writeFile(passwordFile, cluster.password, { mode: 0o600 });
    if (owner !== undefined)
      for (const path of [draft, passwordFile]) await chown(path, owner.uid, owner.gid);
    const args = ['-D', draft, '-U', SUPERUSER, `--pwfile=${passwordFile}`, ...CLUSTER_FLAGS];
    if (!durable) args.push('--no-sync');
    await run('initdb', args);
    await rename(draft, cluster.dataDir).catch(async (error) => {
      if (!(await exists(cluster.dataDir))) throw error;
    });
  } finally {
    for (const path of [passwordFile, draft]) await rm(path, { recursive: true, force: true });
  }
}

/** Relative to the state folder where it is inside, so that the folder can be moved. */
async function chooseHome(stateDir: string, owner: Owner | undefined, rootDir: string): Promise<string> {
  if (owner === undefined) return 'postgres';
  if (!(await isReachable(dirname(stateDir)))) return join(rootDir, randomUUID());
  return 'postgres';
}

/**
 * Others may walk through the home and the folder around it, not list them; the secrets there are 0600. Both stay
 * root's and only the data folder is the owner's, so that the server's user cannot plant a link where root writes.
 */
async function letPass(homeDir: string): Promise<void> {
  for (const dir of [dirname(homeDir), homeDir]) await chmod(dir, (await stat(dir)).mode | 0o011);
}

async function isReachable(dir: string): Promise<boolean> {
  if (((await stat(dir)).mode & 0o001) === 0) return false;
  return dir === dirname(dir) || (await isReachable(dirname(dir)));
}

const exists = (path: string): Promise<boolean> =>
  access(path).then(
    () => true,
    () => false,
  );

const ignoreExisting = (error: NodeJS.ErrnoException): void => {
  if (error.code !== 'EEXIST') throw error;
};
