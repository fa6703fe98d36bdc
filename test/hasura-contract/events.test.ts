import { randomUUID } from 'node:crypto';
import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { mergeIntoDirectory, openProject, readSdl, readSurface } from '../../src/hasura/index.ts';
import { startHandler } from '../engine/support/handler.ts';
import type { Herald } from '../faults/support/scene.ts';
import { afterFile } from '../support/cleanup.ts';
import type { Engine } from '../support/engine/index.ts';
import { readRows, runSql } from '../support/postgres.ts';
import { startTcpProxy } from '../support/tcp-proxy.ts';
import { ADMIN_SECRET, openHouse } from './support/house.ts';
import { heraldMetadata } from './support/metadata.ts';
import { eventsMetadata, insertRequest, oneOff, seeRequest } from './support/post-requests.ts';
import { newPoster, type Poster } from './support/stage.ts';

const TRIGGER = 'herald_post_request';
const CRON = 'herald_tidy';
const house = await openHouse();
const { databaseUrl, x } = house.scene;
/** The application's own webhook. */
const app = await startHandler();
let engine: Engine;
let poster: Poster;
beforeAll(async () => {
  engine = await house.engine({
    edits: eventsMetadata({ num_retries: 1 }),
    environment: { APP_URL: app.url },
  });
});
beforeEach(async () => {
  poster = await newPoster(engine, ADMIN_SECRET, x);
});

const request = (text: string) => insertRequest(databaseUrl, poster.headers['x-hasura-user-id'] ?? '', text);
const insertion = (id: string, more: object = {}) =>
  ({ op: 'INSERT', old: null, new: { id, text: 'not listed' }, ...more }) as const;
const see = (id: string) => seeRequest(engine, poster.headers, id);
const tweets = async () => (await x.tweets(poster.username)).map(({ text }) => text);
const delivered = { status: 'delivered', tries: [200], waitedSeconds: [] };

describe('the metadata of docs/events.md', () => {
  it('is consistent with the database', () => {
    expect(engine.inconsistent()).toEqual([]);
  });

  it('is left alone by sync', async () => {
    const { files } = openProject(await heraldMetadata({}, eventsMetadata({ num_retries: 20 })));
    const choice = { door: 'actions', roles: ['user'], source: 'default' } as const;
    expect(mergeIntoDirectory(files, readSurface(readSdl()), choice)).toEqual(files);
  });

  it('tells a webhook of the application of each change of a post’s state', async () => {
    app.answer({ status: 204 });
    const old = { id: 'p1', state: 'SENDING', user_id: '42' };
    const event = { op: 'UPDATE', old, new: { ...old, state: 'SENT', fingerprint: 'sealed' } } as const;
    expect(await engine.emitEvent('herald_post_state', event)).toMatchObject({ tries: [204] });
    expect(app.received).toMatchObject([
      {
        path: '/herald-events',
        body: { event: { session_variables: null, data: { old, new: { ...old, state: 'SENT' } } } },
      },
    ]);
    expect(JSON.stringify(app.received)).not.toContain('fingerprint');
  });
});

describe('an event trigger on herald.post_request', () => {
  it('case 58: no session variables, a trace context; the row becomes a post', async () => {
    const id = await request('by a row');
    const traceContext = { trace_id: '4bf92f3577b34da64bf92f3577b34da6', span_id: '00f067aa0ba902b7' };
    const event = insertion(id, { sessionVariables: null, traceContext });
    expect(await engine.emitEvent(TRIGGER, event)).toMatchObject(delivered);
    expect(await see(id)).toMatchObject({ post: { state: 'SENT' }, error_code: null });
    expect(await tweets()).toEqual(['by a row']);
    const [row] = await readRows(
      databaseUrl,
      'select trace_id from herald.post p join herald.post_request r on r.post_id = p.id where r.id = $1',
      [id],
    );
    expect(row).toEqual({ trace_id: expect.stringMatching(/^[0-9a-f]{32}$/) });
  });

  it('case 59: the same id twice, and at once, is one post', async () => {
    const id = await request('once');
    const event = insertion(id, { id: randomUUID() });
    const deliveries = await Promise.all([1, 2, 3].map(() => engine.emitEvent(TRIGGER, event)));
    for (const delivery of [...deliveries, await engine.emitEvent(TRIGGER, event)])
      expect(delivery).toMatchObject(delivered);
    expect(await tweets()).toEqual(['once']);
  });

  it('a refusal is delivered, and the row says why', async () => {
    const id = await insertRequest(databaseUrl, 'user-without-an-account', 'refused');
    expect(await engine.emitEvent(TRIGGER, insertion(id))).toMatchObject(delivered);
    const owner = { ...poster.headers, 'x-hasura-user-id': 'user-without-an-account' };
    expect(await seeRequest(engine, owner, id)).toMatchObject({ post: null, error_code: 'ACCOUNT_REQUIRED' });
    expect(await see(id)).toBeNull();
  });
});

describe('while the database is away', async () => {
  const { port } = new URL(databaseUrl);
  const proxy = await startTcpProxy({ port: Number(port) });
  afterFile(() => proxy.close());
  const proxied = new URL(databaseUrl);
  proxied.host = `127.0.0.1:${proxy.port}`;
  proxy.forward();
  let remote: Herald;
  /** What happens while the engine waits between two tries. */
  let meanwhile = (): void => {};
  let waits = 0;
  let behind: Engine;

  beforeAll(async () => {
    remote = await house.scene.start({
      script: 'src/main.ts',
      environment: { DATABASE_URL: proxied.href },
    });
    behind = await house.engine({
      edits: eventsMetadata({ num_retries: 1 }),
      environment: { HERALD_URL: remote.url },
      wait: async () => {
        waits += 1;
        // An engine that is always told to come again does so for ever.
        if (waits > 2) throw new Error('There are more tries than the trigger has.');
        meanwhile();
      },
    });
  });
  beforeEach(() => {
    meanwhile = () => {};
    waits = 0;
    proxy.cut();
  });

  it('cases 60 and 61: 503 with Retry-After while tries are left, and without after the last one', async () => {
    const id = await request('later');
    const delivery = await behind.emitEvent(TRIGGER, insertion(id));
    expect(delivery).toMatchObject({ status: 'error', tries: [503, 503] });
    // A 0 or a date would not count, and the engine would wait for the trigger's interval of 10 s.
    expect(delivery.waitedSeconds).toEqual([expect.any(Number)]);
    expect(delivery.waitedSeconds).not.toEqual([10]);
    expect(await see(id)).toMatchObject({ post: null, error_code: null });
    expect(await tweets()).toEqual([]);

    proxy.forward();
    expect(await behind.runOneOff(oneOff({ postRequestId: id }))).toMatchObject(delivered);
    expect(await tweets()).toEqual(['later']);
  });

  it('case 60: the next try finds the database again, and posts once', async () => {
    const id = await request('healed');
    meanwhile = () => proxy.forward();
    const delivery = await behind.emitEvent(TRIGGER, insertion(id));
    expect(delivery).toMatchObject({ status: 'delivered', tries: [503, 200] });
    expect(await see(id)).toMatchObject({ post: { state: 'SENT' } });
    expect(await tweets()).toEqual(['healed']);
  });

  it('case 60: 503 without Retry-After to what does not tell how many tries are left', async () => {
    const id = await request('scheduled');
    const delivery = await behind.runOneOff(oneOff({ postRequestId: id }, 1));
    expect(delivery).toMatchObject({ status: 'error', tries: [503, 503], waitedSeconds: [10] });
    proxy.forward();
  });
});

describe('scheduled events', () => {
  const OLD = 'event-of-long-ago';
  const leaveSomethingToTidy = () =>
    runSql(databaseUrl, `insert into herald.event values ('${OLD}', now() - interval '31 days')`);
  const isTidied = async () =>
    (await readRows(databaseUrl, `select from herald.event where id = '${OLD}'`)).length === 0;

  it('case 62: a one-off event with a reference posts the row, once', async () => {
    const id = await request('at its time');
    for (const event of [randomUUID(), randomUUID()])
      expect(await engine.runOneOff(oneOff({ postRequestId: id }), event)).toMatchObject(delivered);
    expect(await tweets()).toEqual(['at its time']);
  });

  it('case 62: a payload of null is housekeeping', async () => {
    await leaveSomethingToTidy();
    expect(await engine.runOneOff(oneOff(null))).toMatchObject(delivered);
    expect(await isTidied()).toBe(true);
  });

  it('cases 62 and 63: a cron run does its work, and the same run delivered again does nothing', async () => {
    const due = { id: randomUUID(), scheduledTime: new Date() };
    await leaveSomethingToTidy();
    expect(await engine.runCron(CRON, due)).toMatchObject(delivered);
    expect(await isTidied()).toBe(true);

    await leaveSomethingToTidy();
    expect(await engine.runCron(CRON, due)).toMatchObject(delivered);
    expect(await isTidied()).toBe(false);
    expect(await engine.runCron(CRON)).toMatchObject(delivered);
    expect(await isTidied()).toBe(true);
  });
});
