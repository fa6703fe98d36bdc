/*
 * Runs an image and proves what its Dockerfile promises: who runs, what that user may write, the commands, the health
 * check, one tweet through the service to the sandbox, the signals. try.sh starts it: exercise.ts IMAGE BUILDAH...
 */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { startPostgres } from '../../src/local/postgres/index.ts';
import { type Container, openContainer, type Program } from './container.ts';
import { postTweet } from './post-tweet.ts';
import { makeSecrets, writeSecrets } from './secrets.ts';

/** All that the image's user may write to: its state folder, and what every Debian has. */
const WRITABLE = ['/run/lock', '/tmp', '/var/lib/herald', '/var/tmp'];
const START_WITHIN_MS = 30_000;

const [image = '', ...buildah] = process.argv.slice(2);
const cleanUps: (() => unknown)[] = [];
try {
  await exercise();
} finally {
  for (const cleanUp of cleanUps.reverse()) await cleanUp();
}

async function exercise(): Promise<void> {
  const workDir = await mkdtemp(join(tmpdir(), 'herald-image-'));
  cleanUps.push(() => rm(workDir, { recursive: true, force: true }));
  const container = open();
  checkUser(container);
  checkCommands(container);

  const secrets = await makeSecrets();
  const secretsDir = join(workDir, 'secrets');
  const secretFiles = await writeSecrets(secrets, secretsDir);

  const sandboxEnv = { SANDBOX_PORT: '0', X_APP_KEY: secrets.X_APP_KEY, X_APP_SECRET: secrets.X_APP_SECRET };
  const sandbox = start(open(), ['node', 'dist/sandbox/main.js'], { env: sandboxEnv });
  const sandboxUrl = await eventually(
    sandbox,
    () => /"sandbox_listening","url":"([^"]+)"/.exec(sandbox.output())?.[1],
  );

  const port = String(await freePort());
  const heraldUrl = `http://127.0.0.1:${port}`;
  const database = await startPostgres({ stateDir: join(workDir, 'postgres'), durable: false });
  cleanUps.push(async () => {
    await database.stop();
    await rm(database.homeDir, { recursive: true, force: true });
  });
  const env = {
    ...secretFiles,
    DATABASE_URL: database.url,
    HOST: '127.0.0.1',
    PORT: port,
    OPS_PORT: '0',
    X_API_URL: sandboxUrl,
  };
  const startedAt = Date.now();
  const herald = start(container, [], { env, secretsDir });
  await eventually(herald, () => isReady(heraldUrl));
  passed(`the service is ready after ${Date.now() - startedAt} ms`);

  await checkHealth(container, port);
  passed(
    `tweet ${await postTweet(heraldUrl, sandboxUrl, secrets)} went through the service to the sandbox's timeline`,
  );
  assert.deepEqual(container.exec(['find', ...WRITABLE, '-type', 'f']), { status: 0, output: '' });
  passed('the service wrote no file, so its root file system can be read-only');
  await checkSignals(herald, heraldUrl);
  sandbox.signal('SIGTERM');
  assert.equal(await sandbox.exited, 0, sandbox.output());
  passed('SIGTERM stops the sandbox with exit 0');
}

function checkUser(container: Container): void {
  assert.equal(container.config.User, '10001:10001');
  assert.deepEqual(container.exec(['id', '-u']), { status: 0, output: '10001' });
  // find fails for every folder that it may not enter.
  const find = 'find / -xdev -writable ! -type l ! -path "/proc/*" 2>/dev/null || true';
  const { output } = container.exec(['sh', '-c', find]);
  assert.deepEqual(output.split('\n').sort(), WRITABLE);
  passed(`runs as 10001, which may write to ${WRITABLE.join(' ')} and to nothing else`);
}

function checkCommands(container: Container): void {
  const help = container.run(['--help']);
  assert.equal(help.status, 0, help.output);
  assert.deepEqual(container.exec(['herald', '--help']), help);
  assert.notEqual(container.run(['no-such-command']).status, 0);
  passed('`docker run IMAGE --help` and `docker exec CONTAINER herald --help` reach the CLI');
  const init = container.run(['init']);
  assert.equal(init.status, 0, 'init failed');
  assert.match(init.output, /^HERALD_KEYRING=\{"keys":/m);
  passed('`docker run IMAGE init` prints an .env without a variable set');
}

async function checkHealth(container: Container, port: string): Promise<void> {
  const [kind, ...command] = container.config.Healthcheck.Test;
  assert.equal(kind, 'CMD');
  assert.deepEqual(container.exec(command, { env: { PORT: port } }), { status: 0, output: '' });
  const { status } = container.exec(command, { env: { PORT: String(await freePort()) } });
  assert.notEqual(status, 0);
  passed('the health check passes, and fails where nothing listens');
}

async function checkSignals(herald: Program, url: string): Promise<void> {
  assert.match(herald.limits(), /Max core file size\s+0\s+0\s/);
  herald.signal('SIGUSR1');
  await sleep(500);
  assert.ok(herald.isRunning() && (await isReady(url)), herald.output());
  assert.doesNotMatch(herald.output(), /Debugger listening/);
  passed('SIGUSR1 opens no inspector, and a crash would leave no core dump');
  herald.signal('SIGTERM');
  assert.equal(await herald.exited, 0, herald.output());
  passed('SIGTERM stops the service with exit 0');
}

function open(): Container {
  const container = openContainer(image, buildah);
  cleanUps.push(() => container.remove());
  return container;
}

function start(...[container, ...args]: [Container, ...Parameters<Container['start']>]): Program {
  const program = container.start(...args);
  cleanUps.push(() => program.kill());
  return program;
}

/** What `look` gives once it gives something; fails, with what the program said, when that takes too long or it ends. */
async function eventually<T>(program: Program, look: () => T | Promise<T>): Promise<NonNullable<T>> {
  const deadline = Date.now() + START_WITHIN_MS;
  while (program.isRunning() && Date.now() < deadline) {
    const found = await look();
    if (found) return found;
    await sleep(50);
  }
  throw new Error(`did not start:\n${program.output()}`);
}

async function isReady(url: string): Promise<boolean> {
  return fetch(`${url}/readyz`).then(
    (answer) => answer.ok,
    () => false,
  );
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

function passed(what: string): void {
  console.log(`image: ok: ${what}`);
}
