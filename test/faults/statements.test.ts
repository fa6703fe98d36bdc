import { mkdtemp, readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type App, createApp } from '../../src/app.ts';
import { loadConfig } from '../../src/config/index.ts';
import { post, until } from './support/calls.ts';
import { type FragileDatabase, startFragileDatabase } from './support/fragile-database.ts';
import { createScene, type Scene } from './support/scene.ts';

const POSTS = 20;

describe('what an immediate post costs the database', () => {
  let server: FragileDatabase;
  let scene: Scene;
  let app: App;

  beforeAll(async () => {
    const stateDir = await mkdtemp(join(tmpdir(), 'herald-statements-'));
    server = await startFragileDatabase(stateDir, 'statements');
    scene = await createScene({ databaseUrl: server.url });
    const { config, secrets } = await loadConfig(scene.environment);
    // The worker is not started: what it does once a second is nobody's post.
    app = await createApp(config, secrets, () => {});
  });
  afterAll(async () => {
    await app.close();
    await scene.close();
    await server.remove();
  });

  it('is two statements, each its own transaction, as the server logs them', async () => {
    const door = {
      url: await app.server.listen({ host: '127.0.0.1', port: 0 }),
      secret: scene.environment.HERALD_WEBHOOK_SECRET ?? '',
    };
    const alice = await scene.signIn('alice');
    const marks = { begin: 'counting begins', end: 'counting ends' };
    await server.query(`alter database statements set log_statement = 'all'`);
    await server.query(`select '${marks.begin}'`);
    const states = new Set<string>();
    for (let number = 1; number <= POSTS; number += 1) {
      states.add(
        (await post(door, alice, `number ${number}`, { idempotencyKey: `key-${number}` })).body.state,
      );
    }
    await server.query(`select '${marks.end}'`);
    expect(states).toEqual(new Set(['SENT']));

    const logged = await until(
      'the log',
      () => readFile(server.logFile, 'utf8'),
      (text) => text.split(marks.begin)[1]?.split(marks.end)[0],
    );
    const statements = [...logged.matchAll(/LOG: {2}(?:execute (\S+): |statement: (.*))/g)].map(
      ([, named, unnamed]) => named ?? unnamed,
    );
    const times = (name: string): number => statements.filter((statement) => statement === name).length;
    expect([times('accept'), times('record_created')]).toEqual([POSTS, POSTS]);
    // And nothing else but the second mark, whose statement the text was cut in.
    expect(statements).toHaveLength(2 * POSTS + 1);
  });
});
