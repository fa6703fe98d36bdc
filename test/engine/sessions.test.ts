import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { exportJWK, exportSPKI, generateKeyPair, SignJWT } from 'jose';
import { describe, expect, it } from 'vitest';
import { afterFile } from '../support/cleanup.ts';
import { ask } from '../support/engine-client.ts';
import { startHandler } from './support/handler.ts';
import { ADMIN_SECRET, AS_ADMIN, actionsFor, startProject } from './support/project.ts';

const NAMESPACE = 'https://hasura.io/jwt/claims';
const handler = await startHandler();
const project = actionsFor('type Query { look: String }', {}, 'user');
const keys = await generateKeyPair('RS256');
const secret = {
  type: 'RS256',
  key: await exportSPKI(keys.publicKey),
  issuer: 'https://issuer.example',
  audience: 'web',
};
const environment = { HANDLER: handler.url, HASURA_GRAPHQL_JWT_SECRET: JSON.stringify(secret) };
const engine = await startProject(project, environment);
const open = await startProject(
  { ...project, ...actionsFor('type Query { look: String }', {}, 'anonymous') },
  { ...environment, HASURA_GRAPHQL_UNAUTHORIZED_ROLE: 'anonymous' },
);

const claims = {
  'x-hasura-allowed-roles': ['user', 'editor'],
  'x-hasura-default-role': 'user',
  'x-hasura-user-id': '42',
};
const sign = (payload: object, audience = 'web', expires = '1h') =>
  new SignJWT({ ...payload })
    .setProtectedHeader({ alg: 'RS256' })
    .setIssuer('https://issuer.example')
    .setAudience(audience)
    .setExpirationTime(expires)
    .sign(keys.privateKey);
const bearer = async (namespace: unknown) => ({
  authorization: `Bearer ${await sign({ [NAMESPACE]: namespace })}`,
});

const LOOK = '{ look }';
/** The session variables that the handler got, or the error that the client did. */
const sessionOf = async (headers: Record<string, string>, asked = engine) => {
  handler.answer({ body: '"seen"' });
  const { errors } = await ask(asked, LOOK, headers);
  if (errors === undefined) return handler.received[0]?.body.session_variables;
  expect(handler.received).toEqual([]);
  return errors[0];
};
const refused = (code: string, message?: unknown) => ({
  message: message ?? expect.any(String),
  extensions: { path: '$', code },
});

describe('a session from a JWT', () => {
  it('has the claims of the namespace and the default role', async () => {
    expect(await sessionOf(await bearer({ ...claims, 'X-Hasura-X-User-Id': '7', other: 1 }))).toEqual({
      'x-hasura-role': 'user',
      'x-hasura-user-id': '42',
      'x-hasura-x-user-id': '7',
    });
  });

  it('ignores what the client says about itself, except for an allowed role', async () => {
    const forged = { 'x-hasura-user-id': '1', 'x-hasura-access-token': 'forged', 'x-hasura-role': 'user' };
    expect(await sessionOf({ ...(await bearer(claims)), ...forged })).toEqual({
      'x-hasura-role': 'user',
      'x-hasura-user-id': '42',
    });
    expect(await sessionOf({ ...(await bearer(claims)), 'x-hasura-role': 'admin' })).toEqual(
      refused('access-denied', 'Your requested role is not in allowed roles'),
    );
    expect(await sessionOf({ ...(await bearer(claims)), 'x-hasura-role': 'editor' })).toEqual(
      refused('validation-failed', "field 'look' not found in type: 'query_root'"),
    );
  });

  it.each([
    ['a number', 42],
    ['an array', ['42']],
    ['a boolean', true],
    ['null', null],
    ['an object', {}],
  ])('case 64: %s among the claims makes the whole request fail', async (_what, value) => {
    expect(await sessionOf(await bearer({ ...claims, 'x-hasura-tenant': value }))).toEqual(
      refused('jwt-invalid-claims', expect.stringContaining('x-hasura-* claims')),
    );
  });

  it.each([
    ['x-hasura-allowed-roles', undefined, 'jwt-missing-role-claims'],
    ['x-hasura-default-role', undefined, 'jwt-missing-role-claims'],
    ['x-hasura-allowed-roles', 'user', 'jwt-invalid-claims'],
    ['x-hasura-allowed-roles', [1], 'jwt-invalid-claims'],
  ])('%s: %j is refused', async (name, value, code) => {
    expect(await sessionOf(await bearer({ ...claims, [name]: value }))).toEqual(refused(code));
  });

  it.each([
    ['another audience', () => sign({ [NAMESPACE]: claims }, 'mobile'), 'invalid-jwt'],
    ['its time is over', () => sign({ [NAMESPACE]: claims }, 'web', '-1m'), 'invalid-jwt'],
    ['no namespace', () => sign({ sub: '42' }), 'jwt-invalid-claims'],
    ['nothing that is a JWT', () => Promise.resolve('a.b.c'), 'invalid-jwt'],
  ])('%s', async (_what, token, code) => {
    expect(await sessionOf({ authorization: `Bearer ${await token()}` })).toEqual(refused(code));
  });

  it('no header, or one that is no bearer token', async () => {
    expect(await sessionOf({})).toEqual(refused('invalid-headers'));
    expect(await sessionOf({ authorization: 'Basic YTpi' })).toEqual(refused('invalid-headers'));
  });

  it('with its keys at an address, a namespace path and claims in a string', async () => {
    const jwk = { ...(await exportJWK(keys.publicKey)), alg: 'RS256', use: 'sig' };
    const server = createServer((_request, response) => {
      response.setHeader('content-type', 'application/json').end(JSON.stringify({ keys: [jwk] }));
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    afterFile(() => server.close());
    const remote = await startProject(project, {
      HANDLER: handler.url,
      HASURA_GRAPHQL_JWT_SECRET: JSON.stringify({
        jwk_url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/jwks.json`,
        claims_namespace_path: '$.app.hasura',
        claims_format: 'stringified_json',
      }),
    });
    const token = await sign({ app: { hasura: JSON.stringify(claims) } });
    expect(await sessionOf({ authorization: `Bearer ${token}` }, remote)).toMatchObject({
      'x-hasura-user-id': '42',
    });
  });
});

describe('a session without a token', () => {
  it('case 11: the unauthenticated role takes every variable from the client’s own headers', async () => {
    const forged = { 'x-hasura-user-id': '1', 'x-hasura-access-token': 'forged', 'x-hasura-role': 'user' };
    expect(await sessionOf(forged, open)).toEqual({
      'x-hasura-role': 'anonymous',
      'x-hasura-user-id': '1',
      'x-hasura-access-token': 'forged',
    });
  });

  it('the admin secret: role and variables are what the client says; a wrong one is refused', async () => {
    const user = { 'x-hasura-role': 'user', 'X-Hasura-User-Id': '7', x_hasura_user_id: '8' };
    expect(await sessionOf({ ...AS_ADMIN, ...user })).toEqual({
      'x-hasura-role': 'user',
      'x-hasura-user-id': '7',
    });
    expect(await sessionOf({ 'x-hasura-access-key': ADMIN_SECRET })).toEqual({ 'x-hasura-role': 'admin' });
    expect(await sessionOf({ 'x-hasura-admin-secret': 'wrong' })).toEqual(refused('access-denied'));
  });
});
