import { describe, expect, it } from 'vitest';
import { type Answer, startHandler } from './support/handler.ts';
import { startProject } from './support/project.ts';

const handler = await startHandler();
const secret = { name: 'x-hasura-webhook-secret', value_from_env: 'SECRET' };
const waited: number[] = [];
const engine = await startProject(
  {
    'databases/databases.yaml': [
      {
        name: 'default',
        kind: 'postgres',
        configuration: { connection_info: { database_url: { from_env: 'NOT_NEEDED_HERE' } } },
        tables: '!include default/tables/tables.yaml',
      },
    ],
    'databases/default/tables/tables.yaml': ['!include herald_post_request.yaml'],
    'databases/default/tables/herald_post_request.yaml': {
      table: { schema: 'herald', name: 'post_request' },
      event_triggers: [
        {
          name: 'herald_post_request',
          definition: { enable_manual: false, insert: { columns: ['id', 'text'], payload: ['id', 'text'] } },
          retry_conf: { num_retries: 2, interval_sec: 15, timeout_sec: 5 },
          webhook: '{{HANDLER}}/events',
          headers: [secret],
        },
      ],
    },
    'cron_triggers.yaml': [
      {
        name: 'tidy',
        webhook: '{{HANDLER}}/events',
        schedule: '0 4 * * *',
        include_in_metadata: true,
        payload: { keepDays: 30 },
        headers: [secret],
        retry_conf: {
          num_retries: 1,
          retry_interval_seconds: 20,
          timeout_seconds: 5,
          tolerance_seconds: 600,
        },
      },
    ],
  },
  { HANDLER: handler.url, SECRET: 'configured' },
  async (seconds) => void waited.push(seconds),
);

/** The answers one after the other; the last one again and again. */
const answers = (...list: [Answer, ...Answer[]]) =>
  handler.answer(() => list[Math.min(handler.received.length, list.length) - 1] ?? list[0]);
const row = { id: 'r1', text: 'a', secret: 'not listed' };
const emit = (more: object = {}) =>
  engine.emitEvent('herald_post_request', { op: 'INSERT', old: null, new: row, ...more });

describe('an event trigger', () => {
  it('case 58: the payload, with its columns; an empty 204 is delivered', async () => {
    answers({ status: 204 });
    const delivery = await emit({ id: 'e1', traceContext: { trace_id: 'a', span_id: 'b' } });
    expect(delivery).toEqual({ id: 'e1', status: 'delivered', tries: [204], waitedSeconds: [] });
    expect(handler.received[0]?.body).toEqual({
      id: 'e1',
      created_at: expect.any(String),
      trigger: { name: 'herald_post_request' },
      table: { schema: 'herald', name: 'post_request' },
      event: {
        session_variables: null,
        op: 'INSERT',
        data: { old: null, new: { id: 'r1', text: 'a' } },
        trace_context: { trace_id: 'a', span_id: 'b' },
      },
      delivery_info: { current_retry: 0, max_retries: 2 },
    });
    expect(handler.received[0]?.header['x-hasura-webhook-secret']).toBe('configured');
  });

  it('case 59: at least once means with the same id', async () => {
    answers({ status: 200, body: {} });
    await emit({ id: 'e2', sessionVariables: { 'x-hasura-user-id': '42' } });
    await emit({ id: 'e2' });
    expect(handler.received.map(({ body }) => body.id)).toEqual(['e2', 'e2']);
    expect(handler.received[0]?.body.event.session_variables).toEqual({ 'x-hasura-user-id': '42' });
  });

  it('case 60: 503 is tried num_retries times more, at the interval', async () => {
    answers({ status: 503, body: {} });
    expect(await emit()).toMatchObject({ status: 'error', tries: [503, 503, 503], waitedSeconds: [15, 15] });
    expect(handler.received.map(({ body }) => body.delivery_info.current_retry)).toEqual([0, 1, 2]);
  });

  it('case 60: with Retry-After it goes on beyond num_retries for as long as the header comes', async () => {
    const busy = { status: 503, body: {}, headers: { 'retry-after': '30' } };
    answers(busy, busy, busy, busy, busy, { status: 503, body: {} });
    const delivery = await emit();
    expect(delivery.tries).toHaveLength(6);
    expect(delivery.waitedSeconds).toEqual([30, 30, 30, 30, 30]);
    expect(waited.slice(-5)).toEqual([30, 30, 30, 30, 30]);
  });

  it.each(['0', '-1', '1.5', 'Wed, 21 Oct 2026 07:28:00 GMT'])(
    'case 61: Retry-After: %s does not count',
    async (value) => {
      answers({ status: 503, body: {}, headers: { 'retry-after': value } });
      expect(await emit()).toMatchObject({
        status: 'error',
        tries: [503, 503, 503],
        waitedSeconds: [15, 15],
      });
    },
  );

  it('Retry-After beside a 2xx does not count either', async () => {
    answers({ status: 202, body: {}, headers: { 'retry-after': '30' } });
    expect(await emit()).toMatchObject({ status: 'delivered', tries: [202] });
  });
});

describe('scheduled events', () => {
  it('case 62: a cron run has a name, no session and no created_at', async () => {
    answers({ status: 200, body: {} });
    const scheduledTime = new Date();
    await engine.runCron('tidy', { id: 'c1', scheduledTime });
    expect(handler.received[0]?.body).toEqual({
      id: 'c1',
      name: 'tidy',
      scheduled_time: scheduledTime.toISOString(),
      payload: { keepDays: 30 },
    });
    expect(handler.received[0]?.header['x-hasura-webhook-secret']).toBe('configured');
  });

  it('case 62: a one-off event has created_at and no name; its payload may be null', async () => {
    answers({ status: 200, body: {} });
    await engine.runOneOff({ webhook: '{{HANDLER}}/events', headers: [secret], comment: 'once' }, 'o1');
    expect(handler.received[0]?.body).toEqual({
      id: 'o1',
      scheduled_time: expect.any(String),
      payload: null,
      comment: 'once',
      created_at: expect.any(String),
    });
  });

  it('case 63: a retry has the id of the first try', async () => {
    answers({ status: 500, body: {} }, { status: 200, body: {} });
    expect(await engine.runCron('tidy')).toMatchObject({
      status: 'delivered',
      tries: [500, 200],
      waitedSeconds: [20],
    });
    const [first, second] = handler.received.map(({ body }) => body);
    expect(second).toEqual(first);
  });

  it('later than its tolerance it is dead, and never sent', async () => {
    answers({ status: 200, body: {} });
    const scheduledTime = new Date(Date.now() - 601_000);
    expect(await engine.runCron('tidy', { scheduledTime })).toMatchObject({ status: 'dead', tries: [] });
    expect(handler.received).toEqual([]);
  });
});
