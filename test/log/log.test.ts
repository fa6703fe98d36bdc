import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { errors } from 'jose';
import { ApiRequestError, TwitterApi } from 'twitter-api-v2';
import { describe, expect, it } from 'vitest';
import { type LogFields, logEvents } from '../../src/kernel/index.ts';
import { createLog } from '../../src/log/index.ts';

const token = '1234567890123456789-CanaryTokenCanaryTokenCanaryToken012';
const secret = 'CanarySecretCanarySecretCanarySecretCanary045';

const written = (fields: LogFields, level: 'debug' | 'error' = 'error'): string => {
  const lines: string[] = [];
  const log = createLog({
    level: 'info',
    format: 'json',
    destination: { write: (line) => void lines.push(line) },
  });
  log(level, 'request_failed', fields);
  return lines.join('');
};

/** An error of twitter-api-v2 as a refused connection makes it: it holds the client, the request and their tokens. */
const xError = async (): Promise<unknown> => {
  const client = new TwitterApi({
    appKey: 'app',
    appSecret: 'CanaryApp',
    accessToken: token,
    accessSecret: secret,
  });
  return client.v2.get('http://127.0.0.1:1/').catch((error: unknown) => error);
};

describe('a log line', () => {
  it('is one JSON object with time, level, event and fields', () => {
    const line = written({ requestId: 'r1', status: 500, durationMs: 1.5 });
    expect(line.endsWith('}\n')).toBe(true);
    expect(JSON.parse(line)).toEqual({
      time: expect.stringMatching(/^\d{4}-\d\d-\d\dT.*Z$/),
      level: 'error',
      evt: 'request_failed',
      requestId: 'r1',
      status: 500,
      durationMs: 1.5,
    });
  });

  it('below the level is not written', () => {
    expect(written({ requestId: 'r1' }, 'debug')).toBe('');
  });

  it('masks what looks like a credential in any field', () => {
    const line = written({ reason: `refused ${token}`, url: `http://x/?oauth_verifier=abc` });
    expect(JSON.parse(line)).toMatchObject({
      reason: 'refused [secret]',
      url: 'http://x/?oauth_verifier=[secret]',
    });
  });
});

describe('an error on a log line', () => {
  it('of twitter-api-v2 shows neither the client nor the request', async () => {
    const error = await xError();
    expect(error).toBeInstanceOf(ApiRequestError);
    const line = written({ error });
    expect(Object.keys(JSON.parse(line).error)).toEqual(['type', 'stack']);
    expect(line).not.toMatch(/anary|oauth_|authorization/i);
  });

  it('of jose shows no claims', () => {
    const claims = { sub: 'Canary', [secret]: token };
    const error = new errors.JWTClaimValidationFailed(
      'unexpected "iss" claim value',
      claims,
      'iss',
      'check_failed',
    );
    const line = written({ error });
    expect(JSON.parse(line).error).toEqual({
      type: 'JWTClaimValidationFailed',
      code: 'ERR_JWT_CLAIM_VALIDATION_FAILED',
      stack: expect.stringContaining('unexpected "iss" claim value'),
    });
    expect(line).not.toContain('Canary');
  });

  it('shows its causes the same way, and no other property', () => {
    const cause = Object.assign(new TypeError(`with ${secret}`), { headers: { authorization: 'Canary' } });
    const error = Object.assign(new Error('outer', { cause }), {
      detail: 'Canary',
      code: { toJSON: () => 'Canary' },
    });
    const line = written({ error });
    expect(JSON.parse(line).error).toMatchObject({
      type: 'Error',
      cause: { type: 'TypeError', stack: expect.stringContaining('with [secret]') },
    });
    expect(line).not.toContain('Canary');
  });

  it('whose causes go in a circle ends', () => {
    const error = new Error('round');
    error.cause = error;
    expect(JSON.parse(written({ error })).error.cause.cause.cause.cause).toBeUndefined();
  });

  it.each([
    ['a string', 'Canary'],
    ['an object', { token: 'Canary' }],
    ['null', null],
  ])('that is %s shows its type alone', (_what, error) => {
    expect(JSON.parse(written({ error })).error).toEqual({ type: typeof error });
  });
});

describe('the list of events', () => {
  const root = fileURLToPath(new URL('../../src/', import.meta.url));
  const sources = readdirSync(root, { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith('.ts') && path !== join('kernel', 'log.ts'))
    .map((path) => readFileSync(join(root, path), 'utf8'));

  it.each(Object.keys(logEvents))('%s is written somewhere', (event) => {
    expect(sources.some((source) => source.includes(`'${event}'`))).toBe(true);
  });

  it('has every event that is written', () => {
    const used = sources.flatMap((source) =>
      [...source.matchAll(/\blog\(\s*[^,()]+,\s*'(\w+)'/g)].map(([, event]) => event),
    );
    expect(used.length).toBeGreaterThan(10);
    expect(used.filter((event = '') => !Object.hasOwn(logEvents, event))).toEqual([]);
  });
});
