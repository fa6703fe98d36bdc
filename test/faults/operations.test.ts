import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { describe, expect, it } from 'vitest';
import { retireKey, rotateKey } from '../../src/credentials/index.ts';
import { openLedger } from '../../src/ledger/index.ts';
import { databaseUrl, readRows, runSql } from '../support/postgres.ts';
import { startProcess, waitForUrl } from '../support/processes.ts';
import { type Door, post, readPosts, settled, until } from './support/calls.ts';
import { createScene, type Scene } from './support/scene.ts';

const inScene = async (run: (scene: Scene) => Promise<void>): Promise<void> => {
  const scene = await createScene();
  try {
    await run(scene);
  } finally {
    await scene.close();
  }
};

/** The keyring after a rotation of its rest key, and the kid of the new one. */
const rotateRest = async (keyring: string) => {
  const { json, changed } = await rotateKey(keyring, { use: 'rest', date: new Date() });
  return { json, kid: changed.find(({ status }) => status === 'active')?.kid ?? '' };
};

describe.concurrent('the rest key is rotated while posts are queued (F24)', () => {
  it('a key that is open still opens; after it is retired the post FAILS visibly and nothing is sent', () =>
    inScene(async (scene) => {
      const alice = await scene.signIn('alice');
      const first = await scene.start();
      await scene.pause();
      const { body: queued } = await post(first, alice, 'sealed with the first key');
      await first.process.kill();

      const rotated = await rotateRest(scene.keyring);
      const second = await scene.start({ environment: { HERALD_KEYRING: rotated.json } });
      await scene.resume();
      expect((await settled(second, alice, queued.id)).state).toBe('SENT');
      await scene.pause();
      const { body: stranded } = await post(second, alice, 'sealed with the second key');
      await second.process.kill();

      const rotatedAgain = await rotateRest(rotated.json);
      const { json: retired } = await retireKey(rotatedAgain.json, rotated.kid, { date: new Date() });
      const third = await scene.start({ environment: { HERALD_KEYRING: retired } });
      await scene.resume();
      expect(await settled(third, alice, stranded.id)).toMatchObject({
        state: 'FAILED',
        tweetId: null,
        error: { code: 'CREDENTIALS_INVALID' },
      });
      expect((await scene.x.tweets()).map(({ text }) => text)).toEqual(['sealed with the first key']);
    }));
});

const FULL_DISK = '/dev/full';

/** Runs Herald with its output led away by `redirection`, on a port that is known without it. */
const startUnheard = async (scene: Scene, redirection: string): Promise<Door> => {
  const port = await freePort();
  const command = `"${process.execPath}" --import tsx test/faults/support/herald-process.ts ${redirection}`;
  startProcess('sh', ['-c', command], {
    env: { ...scene.environment, PATH: process.env.PATH, PORT: String(port) },
  });
  const url = `http://127.0.0.1:${port}`;
  await waitForUrl(`${url}/readyz`, 40_000);
  return { url, secret: scene.environment.HERALD_WEBHOOK_SECRET ?? '' };
};

const freePort = async (): Promise<number> => {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  return port;
};

describe.concurrent('nobody takes the log any more (F25)', () => {
  const redirections: [string, string][] = [['the reader of the pipe is gone', '| true']];
  if (existsSync(FULL_DISK)) redirections.push(['the disk is full', `> ${FULL_DISK}`]);

  it.each(redirections)('%s: posts go on, and each is recorded', (_why, redirection) =>
    inScene(async (scene) => {
      const alice = await scene.signIn('alice');
      const door = await startUnheard(scene, redirection);
      for (const text of ['one', 'two', 'three']) {
        // A busy machine may make Herald shed a request; its sender repeats it.
        await until(
          `${text} to be sent`,
          () => post(door, alice, text, { idempotencyKey: text }),
          ({ body }) => body.state === 'SENT',
        );
      }
      expect((await readPosts(door, alice)).map(({ state }) => state)).toEqual(['SENT', 'SENT', 'SENT']);
      expect(await scene.x.creates()).toHaveLength(3);
    }),
  );
});

describe.concurrent('an older state of the database comes back (F27)', () => {
  it('sending starts paused; after recover and resume every post is on X once', () =>
    inScene(async (scene) => {
      const environment = { HERALD_RESTORE_GUARD_MS: '1000' };
      const alice = await scene.signIn('alice');
      const name = new URL(scene.databaseUrl).pathname.slice(1);
      const admin = databaseUrl(scene.databaseUrl, 'postgres');
      const first = await scene.start({ environment });
      await post(first, alice, 'before the dump');
      await scene.pause();
      const { body: queued } = await post(first, alice, 'queued in the dump');
      const dumpedAt = new Date();
      await first.process.kill();
      await runSql(admin, `create database ${name}_dump template ${name}`);

      const second = await scene.start({ environment });
      await scene.resume();
      expect((await settled(second, alice, queued.id)).state).toBe('SENT');
      const { body: lost } = await post(second, alice, 'after the dump');
      expect(lost.state).toBe('SENT');
      await second.process.kill();
      await runSql(admin, `drop database ${name} with (force)`);
      await runSql(admin, `alter database ${name}_dump rename to ${name}`);
      await scene.resume();

      const restored = await scene.start({ environment });
      const ledger = await openLedger({
        connectionString: scene.databaseUrl,
        poolSize: 2,
        onConnectionLost: () => {},
        leaseMs: 6_700,
        postTtlMs: 1_800_000,
        settleWindowMs: 3_000,
        dedupeWindowMs: 120_000,
        budget: { appDayMicroUsd: undefined, userDayMicroUsd: undefined },
        restoreGuardMs: 1_000,
        publicUrl: undefined,
      });
      expect((await ledger.status()).pauses).toMatchObject([{ scope: 'ALL' }]);
      expect(await ledger.recover(dumpedAt)).toBe(1);
      expect(await ledger.resume({ scope: 'ALL' })).toBe(true);
      await ledger.close();

      const final = await settled(restored, alice, queued.id);
      const tweets = await scene.x.tweets();
      expect(tweets.map(({ text }) => text)).toEqual([
        'before the dump',
        'queued in the dump',
        'after the dump',
      ]);
      expect(final).toMatchObject({ state: 'SENT', tweetId: tweets[1]?.id });
      expect(await scene.x.creates()).toHaveLength(3);
    }));

  it('comes back under a running Herald: its next heartbeat pauses sending and says so', () =>
    inScene(async (scene) => {
      const herald = await scene.start();
      await until(
        'the first beat',
        () => readRows<{ beat: string }>(scene.databaseUrl, 'select beat from herald.replica'),
        ([row]) => Number(row?.beat) > 0,
      );
      // An older state of the database knows an older beat of this process.
      await readRows(scene.databaseUrl, 'update herald.replica set beat = beat - 1');
      await until(
        'the pause',
        () => readRows(scene.databaseUrl, 'select reason from herald.pause'),
        (pauses) => pauses.length === 1,
      );
      const alice = await scene.signIn('alice');
      const { body } = await post(herald, alice, 'waits for a person');
      expect(body).toMatchObject({ state: 'QUEUED', error: { code: 'PAUSED' } });
      expect(await scene.x.creates()).toEqual([]);
    }));
});
