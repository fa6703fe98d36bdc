import pino from 'pino';
import { describe, expect, it } from 'vitest';
import { scrub } from '../../src/log/scrub.ts';

/** Canaries in the shapes of X's and Herald's credentials. */
const token = '1234567890123456789-CanaryTokenCanaryTokenCanaryToken012';
const secret = 'CanarySecretCanarySecretCanarySecretCanary045';
const jwe = 'eyJhbGciOiJkaXIifQ..aXYxMjM0NTY3ODkw.Y2FuYXJ5Y2lwaGVydGV4dA.dGFnY2FuYXJ5';
const jwt = 'eyJhbGciOiJFUzI1NiJ9.eyJzdWIiOiJjYW5hcnkifQ.c2lnbmF0dXJl-_canary';
const header = `OAuth oauth_consumer_key="app", oauth_token="${token}", oauth_signature="Y2FuYXJ5%2Bsig%3D", oauth_signature_method="HMAC-SHA1"`;

const canaries = [token, secret, jwe, jwt, 'Y2FuYXJ5%2Bsig%3D', 'anary'];

/** The finished line of a plain pino, which protects nothing by itself. */
const lineOf = (fields: object, message?: string): string => {
  const lines: string[] = [];
  pino({ base: null }, { write: (line: string) => void lines.push(line) }).info(fields, message);
  return scrub(lines.join(''));
};

const error = new Error(`X refused ${token}`);

/** The shapes of docs/security.md, R41: where pino's own redaction missed them. */
const cases: [where: string, fields: object, message?: string][] = [
  ['an authorization header', { headers: { authorization: `Bearer ${jwt}` } }],
  ['a property', { accessToken: token, accessTokenSecret: secret }],
  ['a property two levels down', { session: { credentials: { token, secret } } }],
  ['session variables in a body', { body: { session_variables: { 'x-hasura-access-token': jwe } } }],
  ['a header in mixed case', { headers: { 'X-Hasura-Access-Token-Secret': jwe, AUTHORIZATION: header } }],
  ['a message', {}, `posting with ${token} and ${secret}`],
  ['an error', { err: error }],
  [
    'the cause of an error',
    { err: new Error('failed', { cause: new Error(`secret\n${secret}\nand more`) }) },
  ],
  ['a JSON text within a string', { body: JSON.stringify({ token, nested: JSON.stringify({ secret }) }) }],
  ['an array', { pair: [token, secret, [jwe]] }],
  ['an OAuth header', { request: `POST /2/tweets\r\nauthorization: ${header}\r\n` }],
  ['a compact JWE', { envelope: jwe }],
];

describe('credentials on a finished log line', () => {
  it.each(cases)('are masked in %s, and the line stays JSON', (_where, fields, message) => {
    const line = lineOf(fields, message);
    for (const canary of canaries) expect(line).not.toContain(canary);
    expect(line).toContain('[secret]');
    expect(() => JSON.parse(line)).not.toThrow();
  });

  const tail = 'CanarySecretCanarySecretCanarySecretCanary045';
  it.each([
    ['a line feed', `\n${tail}`],
    ['a tab', `\t${tail}`],
    ['a control character', `\u001b${tail}`],
    ['a backslash', `\\${tail}`],
    ['a quotation mark', `"${tail}"`],
    ['a line feed in a JSON text', JSON.stringify(`\n${tail}`)],
    ['a line feed in a JSON text in a JSON text', JSON.stringify(JSON.stringify(`\n${tail}`))],
    ['a control character in a JSON text', JSON.stringify(`\u001b${tail}`)],
  ])('are masked right after %s', (_what, text) => {
    const line = lineOf({ text });
    expect(line).not.toContain('Canary');
    expect(() => JSON.parse(line)).not.toThrow();
  });

  it.each([
    ['a number', { oauth_verifier: 1234567 }, { oauth_verifier: '[secret]' }],
    ['null', { oauth_token: null }, { oauth_token: '[secret]' }],
    ['true', { oauth_token: true, next: 1 }, { oauth_token: '[secret]', next: 1 }],
    ['a string', { oauth_token_secret: 'short' }, { oauth_token_secret: '[secret]' }],
    ['an empty string', { oauth_token: '' }, { oauth_token: '' }],
    ['an object', { oauth_token: { a: 1 } }, { oauth_token: { a: 1 } }],
  ])('an OAuth parameter that is %s leaves valid JSON', (_what, before, after) => {
    expect(JSON.parse(scrub(JSON.stringify(before)))).toEqual(after);
  });

  it.each([
    ['a query', 'oauth_token=abc&oauth_verifier=def', 'oauth_token=[secret]&oauth_verifier=[secret]'],
    [
      'a header',
      'oauth_token="abc", oauth_signature="d%2Fe"',
      'oauth_token="[secret]", oauth_signature="[secret]"',
    ],
    ['single quotes', "{ oauth_token: 'abc' }", "{ oauth_token: '[secret]' }"],
    ['a signature base string', 'oauth_token%3Dabc', 'oauth_token%3D[secret]'],
    ['a JSON text', '{"oauth_token":"abc","n":1}', '{"oauth_token":"[secret]","n":1}'],
    ['something glued to it', 'xoauth_token=abc', 'xoauth_token=[secret]'],
  ])('OAuth parameters are masked in %s', (_what, before, after) => {
    expect(JSON.parse(scrub(JSON.stringify({ text: before })))).toEqual({ text: after });
  });

  it.each([43, 47])('a word of %i letters is no secret', (length) => {
    const word = 'a'.repeat(length);
    expect(scrub(JSON.stringify({ word, jwe }))).toContain(word);
  });

  it.each([44, 45, 46])('a word of %i letters is one', (length) => {
    expect(scrub(JSON.stringify({ word: 'a'.repeat(length) }))).toBe('{"word":"[secret]"}');
  });

  it('leaves everything else as it is', () => {
    const line = JSON.stringify({
      time: '2026-11-22T09:30:00.000Z',
      postId: 'b3b7c9e0-3d5a-4a5e-9f5f-123456789012',
      tweetId: '1988888888888888888',
      traceId: '4bf92f3577b34da6a3ce929d0e0e4736',
      userId: 'twitter|1234567890123456789',
      reason: 'oauth_timestamp is 12345-678, oauth_signature_method="HMAC-SHA1", eyJ alone, eyJ.one',
      stack: 'Error: no\n    at send (file:///app/dist/posting/deliver.js:10:5)\n    at C:\\new\\table',
    });
    expect(scrub(line)).toBe(line);
    expect(scrub(`${line}${jwe}`)).toBe(`${line}[secret]`);
  });

  it.each([
    ['eyJ', 'eyJ'],
    ['eyJ-', 'eyJ-'],
    ['digits', '12345-'],
    ['OAuth names', 'oauth_token '],
    ['backslashes', '\\\\'],
  ])('takes time linear in the length of a line of %s', (_what, unit) => {
    const long = unit.repeat(Math.ceil(400_000 / unit.length));
    const before = process.cpuUsage();
    scrub(`${long} oauth_`);
    const { user } = process.cpuUsage(before);
    // A quadratic one takes minutes.
    expect(user).toBeLessThan(5_000_000);
  });
});
