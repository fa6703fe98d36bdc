import { afterEach, describe, expect, test } from 'vitest';
import { clockSkewOf } from '../../src/x/clock-skew.ts';
import { answer, startRawServer, TWEET_ID } from './raw-server.ts';
import { clientOf, credentials } from './x-client.ts';

const closers: Array<() => unknown> = [];
afterEach(async () => {
  for (const close of closers.splice(0)) await close();
});

/** A client of an X whose clock is off by `offsetMs`. */
async function start(offsetMs: number | undefined) {
  const body = JSON.stringify({ data: { id: TWEET_ID, text: 'hello' } });
  const server = await startRawServer('http', (socket) => {
    const date = offsetMs === undefined ? {} : { date: new Date(Date.now() + offsetMs).toUTCString() };
    socket.write(answer(201, body, date));
  });
  const { x } = clientOf(server);
  closers.push(
    () => x.close(),
    () => server.close(),
  );
  return x;
}

describe("the clock, compared with X's Date header", () => {
  test.each([
    ['ahead', -600_000, 600_000],
    ['behind', 600_000, -600_000],
    ['right', 0, 0],
  ])('this machine is %s', async (_name, offsetMs, skewMs) => {
    const x = await start(offsetMs);
    const outcome = await x.createTweet(credentials, { text: 'hello' });
    expect(outcome.kind).toBe('created');
    expect(Math.abs((outcome.answer.clockSkewMs ?? Number.NaN) - skewMs)).toBeLessThan(15_000);
  });

  test('a read tells it too', async () => {
    const x = await start(600_000);
    const { answer } = await x.me(credentials);
    expect(answer.clockSkewMs).toBeLessThan(-500_000);
  });

  test('an answer without the header tells nothing', async () => {
    const x = await start(undefined);
    expect((await x.createTweet(credentials, { text: 'hello' })).answer.clockSkewMs).toBeUndefined();
  });

  test.each([
    ['Sun, 06 Nov 1994 08:49:37 GMT', 1_000],
    ['Sunday, 06-Nov-94 08:49:37 GMT', undefined],
    ['Sun Nov  6 08:49:37 1994', undefined],
    ['Sun, 06 Nov 1994 08:49:37 +0100', undefined],
    ['Sun, 06 Xyz 1994 08:49:37 GMT', undefined],
    ['1', undefined],
    ['', undefined],
  ])('%j', (header, skewMs) => {
    expect(clockSkewOf(header, Date.UTC(1994, 10, 6, 8, 49, 38))).toBe(skewMs);
  });

  test('no answer tells nothing', () => {
    expect(clockSkewOf(undefined, undefined)).toBeUndefined();
  });
});
