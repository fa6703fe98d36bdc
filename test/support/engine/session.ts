import { EngineError, isObject } from './engine-error.ts';
import { type Headers, headerValue } from './headers.ts';
import type { VerifyJwt } from './jwt.ts';

/** Who asks, as the engine knows it. */
export interface EngineSession {
  readonly role: string;
  /** By lower-case name, `x-hasura-role` among them. */
  readonly variables: Readonly<Record<string, string>>;
}

export interface Authentication {
  readonly adminSecret: string;
  readonly verifyJwt?: VerifyJwt | undefined;
  /** HASURA_GRAPHQL_UNAUTHORIZED_ROLE. */
  readonly unauthorizedRole?: string | undefined;
}

const SECRETS = ['x-hasura-admin-secret', 'x-hasura-access-key'];
const NAMESPACE_ONLY = ['x-hasura-allowed-roles', 'x-hasura-default-role'];

/**
 * Settles the session of a client's request: the admin secret (role and variables are what the client says), a JWT, or the
 * unauthenticated role with, once more, the variables that the client says.
 */
export const openSession = async (headers: Headers, options: Authentication): Promise<EngineSession> => {
  const secret = SECRETS.map((name) => headerValue(headers, name)).find((value) => value !== undefined);
  if (secret !== undefined) {
    if (secret !== options.adminSecret)
      throw new EngineError('invalid "x-hasura-admin-secret"/"x-hasura-access-key"', 'access-denied');
    return sessionOf(headerVariables(headers), headerValue(headers, 'x-hasura-role') ?? 'admin');
  }
  const authorization = headerValue(headers, 'authorization');
  if (authorization !== undefined && options.verifyJwt !== undefined) {
    const claims = await options.verifyJwt(authorization);
    return sessionOfClaims(claims, headerValue(headers, 'x-hasura-role'));
  }
  if (options.unauthorizedRole !== undefined)
    return sessionOf(headerVariables(headers), options.unauthorizedRole);
  throw new EngineError(
    "Missing 'Authorization' or 'Cookie' header in JWT authentication mode",
    'invalid-headers',
  );
};

const sessionOf = (variables: Readonly<Record<string, string>>, role: string): EngineSession => ({
  role,
  variables: { ...variables, 'x-hasura-role': role },
});

/** Every `x-hasura-*` header but the secrets. Of a repeated one the last counts; look-alikes are other headers. */
const headerVariables = (headers: Headers): Record<string, string> =>
  Object.fromEntries(
    headers
      .map(([name, value]) => [name.toLowerCase(), value] as const)
      .filter(([name]) => name.startsWith('x-hasura-') && !SECRETS.includes(name)),
  );

/**
 * The session of a token's claims. One value in the namespace that is no string makes the engine refuse the whole request;
 * of the client's own `x-hasura-*` headers only the role counts, and it must be allowed.
 */
export const sessionOfClaims = (namespace: unknown, wanted: string | undefined): EngineSession => {
  if (!isObject(namespace)) throw invalidClaims('expected Object');
  const claims = new Map(
    Object.entries(namespace)
      .map(([name, value]) => [name.toLowerCase(), value] as const)
      .filter(([name]) => name.startsWith('x-hasura-')),
  );
  const allowed = claims.get('x-hasura-allowed-roles');
  const standard = claims.get('x-hasura-default-role');
  if (allowed === undefined) throw missingClaim('x-hasura-allowed-roles');
  if (!Array.isArray(allowed) || !allowed.every((role) => typeof role === 'string'))
    throw new EngineError('invalid x-hasura-allowed-roles; should be a list of roles', 'jwt-invalid-claims');
  if (standard === undefined) throw missingClaim('x-hasura-default-role');
  const variables: Record<string, string> = {};
  for (const [name, value] of claims) {
    if (NAMESPACE_ONLY.includes(name)) continue;
    if (typeof value !== 'string') throw invalidClaims(`expected String at ${name}`);
    variables[name] = value;
  }
  if (typeof standard !== 'string') throw invalidClaims('expected String at x-hasura-default-role');
  const role = wanted ?? standard;
  if (!allowed.includes(role))
    throw new EngineError('Your requested role is not in allowed roles', 'access-denied');
  return sessionOf(variables, role);
};

const invalidClaims = (what: string): EngineError =>
  new EngineError(`invalid x-hasura-* claims: ${what}`, 'jwt-invalid-claims');

const missingClaim = (name: string): EngineError =>
  new EngineError(`JWT claim does not contain ${name}`, 'jwt-missing-role-claims');
