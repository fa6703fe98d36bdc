import { HeraldError } from '../kernel/index.ts';
import { claimAt } from './claim-path.ts';
import type { ClaimsLayout } from './claims-layout.ts';

/** Why a token is refused. For the log alone: every caller hears the same. */
export class BearerRefusal extends Error {
  readonly reason: string;

  constructor(reason: string) {
    super(reason);
    this.name = 'BearerRefusal';
    this.reason = reason;
  }
}

type Claims = ReadonlyMap<string, unknown>;

const ALLOWED_ROLES = 'x-hasura-allowed-roles';
const DEFAULT_ROLE = 'x-hasura-default-role';

/**
 * The session variables of a verified token, by lower-case name, as the engine makes them: only `x-hasura-*` names,
 * every value a string, the role being the default one or `role` when the token allows it. The user is
 * `x-hasura-user-id`, or else the token's `sub`.
 * Throws {@link BearerRefusal}, and `ROLE_NOT_ALLOWED` for a role that the token does not allow.
 */
export const sessionVariablesOf = (
  payload: Readonly<Record<string, unknown>>,
  layout: ClaimsLayout,
  role: string | undefined,
): Record<string, string> => {
  const claims = layout.kind === 'map' ? mapped(payload, layout) : fromNamespace(payload, layout);
  const variables: Record<string, string> = { 'x-hasura-user-id': subjectOf(payload, claims) };
  for (const [name, value] of claims) {
    if (name === ALLOWED_ROLES || name === DEFAULT_ROLE) continue;
    if (typeof value !== 'string') throw new BearerRefusal('a claim that is no string');
    variables[name] = value;
  }
  variables['x-hasura-role'] = roleOf(claims, role);
  return variables;
};

const fromNamespace = (
  payload: object,
  { path, stringified }: Extract<ClaimsLayout, { kind: 'namespace' }>,
): Claims => {
  const found = claimAt(payload, path);
  const namespace = stringified ? parseObject(found) : found;
  if (typeof namespace !== 'object' || namespace === null || Array.isArray(namespace)) {
    throw new BearerRefusal('no claims in the namespace');
  }
  const claims = new Map<string, unknown>();
  for (const [name, value] of Object.entries(namespace)) {
    const lower = name.toLowerCase();
    if (!lower.startsWith('x-hasura-')) continue;
    if (claims.has(lower)) throw new BearerRefusal('a claim given twice');
    claims.set(lower, value);
  }
  return claims;
};

const parseObject = (text: unknown): unknown => {
  try {
    return typeof text === 'string' ? JSON.parse(text) : undefined;
  } catch {
    return undefined;
  }
};

const mapped = (payload: object, { sources }: Extract<ClaimsLayout, { kind: 'map' }>): Claims => {
  const claims = new Map<string, unknown>();
  for (const [name, source] of sources) {
    const value =
      source.kind === 'literal' ? source.value : (claimAt(payload, source.path) ?? source.fallback);
    if (value === undefined) throw new BearerRefusal('a mapped claim is missing');
    if (name.startsWith('x-hasura-')) claims.set(name, value);
  }
  return claims;
};

const subjectOf = (payload: Readonly<Record<string, unknown>>, claims: Claims): string => {
  const user = claims.get('x-hasura-user-id') ?? payload.sub;
  if (typeof user !== 'string' || user === '') throw new BearerRefusal('no user');
  return user;
};

const roleOf = (claims: Claims, role: string | undefined): string => {
  const allowed: unknown = claims.get(ALLOWED_ROLES);
  const standard = claims.get(DEFAULT_ROLE);
  if (!Array.isArray(allowed) || !allowed.every((entry) => typeof entry === 'string')) {
    throw new BearerRefusal('no allowed roles');
  }
  if (typeof standard !== 'string') throw new BearerRefusal('no default role');
  if (role === undefined) return standard;
  if (allowed.includes(role)) return role;
  throw new HeraldError('ROLE_NOT_ALLOWED', {
    message: 'The bearer token does not allow the role that x-hasura-role asks for.',
  });
};
