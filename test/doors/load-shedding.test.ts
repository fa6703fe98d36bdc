import { setImmediate as turn } from 'node:timers/promises';
import fastify, { type FastifyInstance } from 'fastify';
import { afterEach, describe, expect, it } from 'vitest';
import { sendActionError } from '../../src/doors/action.ts';
import { refusalOf } from '../../src/doors/answer.ts';
import { sendGraphqlRefusal } from '../../src/doors/graphql.ts';
import { type LoadSheddingOptions, shedLoad } from '../../src/doors/load-shedding.ts';

const servers: FastifyInstance[] = [];
afterEach(async () => {
  for (const server of servers.splice(0)) await server.close();
});

/** Both doors' shapes and a route outside of them, over real requests; `handled` counts what got through. */
const start = async (options: LoadSheddingOptions) => {
  const handled: string[] = [];
  const server = fastify({ genReqId: () => 'request-1' });
  servers.push(server);
  server.get('/healthz', async () => ({ status: 'ok' }));
  server.register(async (doors) => {
    shedLoad(doors, options);
    for (const [path, send] of [
      ['/hasura/actions', sendActionError],
      ['/graphql', sendGraphqlRefusal],
    ] as const) {
      doors.register(async (scope) => {
        scope.setErrorHandler((error, request, reply) => send(refusalOf(error), request, reply));
        scope.addHook('preParsing', async () => void handled.push(path));
        scope.post(path, async () => ({ ok: true }));
      });
    }
  });
  await server.listen({ host: '127.0.0.1', port: 0 });
  return { server, handled };
};

const post = async (server: FastifyInstance, url: string) => {
  const response = await server.inject({ method: 'POST', url, payload: { text: 'hello' } });
  return { status: response.statusCode, body: response.json() };
};

/** Waits until the memory was looked at once. */
const untilRefused = async (server: FastifyInstance, url: string) => {
  for (;;) {
    const answer = await post(server, url);
    if (answer.status !== 200) return answer;
    await turn();
  }
};

const extensions = {
  code: 'TEMPORARILY_UNAVAILABLE',
  userAction: 'WAIT',
  field: null,
  requestId: 'request-1',
  retryAt: expect.any(String),
};
const message = expect.stringContaining('nothing was started');

describe('load shedding', () => {
  it('refuses with too much memory in use, in the shape of each door and before the body is read', async () => {
    const { server, handled } = await start({ maxRssBytes: 1, sampleEveryMs: 10 });
    const before = Date.now();

    const action = await untilRefused(server, '/hasura/actions');
    expect(action).toEqual({ status: 429, body: { message, code: extensions.code, extensions } });
    const retryAt = Date.parse(action.body.extensions.retryAt);
    expect(retryAt).toBeGreaterThanOrEqual(before + 5_000);
    expect(retryAt).toBeLessThanOrEqual(Date.now() + 5_000);
    const graphql = await untilRefused(server, '/graphql');
    expect(graphql).toEqual({ status: 429, body: { errors: [{ message, extensions }] } });

    handled.length = 0;
    await post(server, '/hasura/actions');
    await post(server, '/graphql');
    expect(handled).toEqual([]);
  });

  it('never refuses a health check', async () => {
    const { server } = await start({ maxRssBytes: 1, sampleEveryMs: 10 });
    await untilRefused(server, '/graphql');
    expect((await server.inject('/healthz')).statusCode).toBe(200);
  });

  it('refuses while the event loop is late, and serves again afterwards', async () => {
    const { server } = await start({ maxEventLoopDelayMs: 100, sampleEveryMs: 1_000 });
    // Longer than a sample, which is therefore taken right after: its mean is this delay, and holds for a second.
    const until = performance.now() + 3_000;
    while (performance.now() < until);
    await turn();
    await turn();
    expect((await post(server, '/hasura/actions')).status).toBe(429);
    expect((await post(server, '/graphql')).body.errors[0].extensions.code).toBe('TEMPORARILY_UNAVAILABLE');
    for (;;) {
      await new Promise((resolve) => setTimeout(resolve, 50));
      if ((await post(server, '/hasura/actions')).status === 200) return;
    }
  });

  it('lets everything through by default', async () => {
    const { server } = await start({});
    expect((await post(server, '/hasura/actions')).status).toBe(200);
    expect((await post(server, '/graphql')).status).toBe(200);
  });
});
