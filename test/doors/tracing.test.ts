import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readRows } from '../support/postgres.ts';
import { createWorld, send, type World } from '../support/world.ts';

let world: World;
beforeAll(async () => {
  world = await createWorld({ environment: { HERALD_SETTLE_WINDOW_MS: '3000' } });
});
afterAll(() => world.close());

const newTraceId = (): string => randomUUID().replaceAll('-', '');

const post = async (headers: Record<string, string>) => {
  const { status, body } = await send(
    `${world.url}/hasura/actions`,
    { 'x-hasura-webhook-secret': world.secret, ...headers },
    {
      action: { name: 'postTweet' },
      input: { input: { text: `traced ${randomUUID()}` } },
      session_variables: await world.session('alice'),
    },
  );
  expect(status).toBe(200);
  return body.id;
};

const linesOf = (postId: string) => world.log.filter(({ fields }) => fields.postId === postId);
const storedTrace = async (postId: string) =>
  (await readRows(world.databaseUrl, 'select trace_id from herald.post where id = $1', [postId]))[0]
    ?.trace_id;

describe('the trace of a request', () => {
  it.each([
    ['B3 with 128 bits', 'x-b3-traceid', '4bf92f3577b34da6a3ce929d0e0e4736', undefined],
    ['B3 with 64 bits', 'x-b3-traceid', 'a3ce929d0e0e4736', undefined],
    ['B3 in capitals', 'x-b3-traceid', 'A3CE929D0E0E4737', 'a3ce929d0e0e4737'],
    [
      'W3C',
      'traceparent',
      '00-5bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01',
      '5bf92f3577b34da6a3ce929d0e0e4736',
    ],
  ])(
    'is kept with the post and told with each of its lines: %s',
    async (_what, name, value, expected = value) => {
      const id = await post({ [name]: value, 'x-b3-spanid': '00f067aa0ba902b7', 'x-b3-sampled': '0' });
      expect(await storedTrace(id)).toBe(expected);
      const lines = linesOf(id);
      expect(lines.map(({ evt }) => evt)).toEqual(['x_created', 'request']);
      for (const { fields } of lines) expect(fields.traceId).toBe(expected);
    },
  );

  it.each([
    ['none', {}],
    ['B3 of another length', { 'x-b3-traceid': 'a3ce929d0e0e4736aa' }],
    ['only zeros', { traceparent: `00-${'0'.repeat(32)}-00f067aa0ba902b7-01` }],
    ['something else', { 'x-b3-traceid': `'; drop table herald.post` }],
  ])('is nobody’s concern when there is %s', async (_what, headers) => {
    expect(await storedTrace(await post(headers))).toBeNull();
  });

  it('is told when an attempt has no answer, and when its tweet is found', async () => {
    const traceId = newTraceId();
    await world.fault('drop-after-accept');
    const id = await post({ 'x-b3-traceid': traceId });
    await expect
      .poll(() => linesOf(id).map(({ evt }) => evt), { timeout: 15_000 })
      .toEqual(expect.arrayContaining(['x_outcome', 'request', 'reconciled']));
    for (const { fields } of linesOf(id)) expect(fields.traceId).toBe(traceId);
  });
});
