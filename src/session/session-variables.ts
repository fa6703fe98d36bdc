import {
  HeraldError,
  parseUserId,
  parseXUserId,
  type SealedPair,
  type Session,
  type XUserId,
} from '../kernel/index.ts';

/** Session variables as they came: from an action's body or from `x-hasura-*` headers. Nothing is believed yet. */
export type SessionVariables = Readonly<Record<string, unknown>>;

/**
 * The session that Hasura's variables describe. Names are compared without regard to case; unknown ones are ignored.
 * Throws `ROLE_NOT_ALLOWED` for a role outside `roles` or without a user id, `INVALID_REQUEST` for a variable that is
 * no string, and `CREDENTIALS_INVALID` for a credential that is no string (R7, R9).
 */
export const openSession = (variables: SessionVariables, roles: readonly string[]): Session => {
  const values = byLowerCaseName(variables);
  const role = text(values, 'x-hasura-role');
  if (role === undefined || !roles.includes(role)) throw new HeraldError('ROLE_NOT_ALLOWED');
  const userId = parseUserId(text(values, 'x-hasura-user-id') ?? '');
  if (userId === undefined) {
    throw new HeraldError('ROLE_NOT_ALLOWED', {
      message:
        'Herald posts for a user, and this session names none. Send x-hasura-user-id beside x-hasura-role.',
    });
  }
  return { userId, role, xUserId: xUserIdOf(values), envelopes: envelopesOf(values) };
};

const byLowerCaseName = (variables: SessionVariables): ReadonlyMap<string, unknown> => {
  const values = new Map<string, unknown>();
  for (const [name, value] of Object.entries(variables)) {
    const lower = name.toLowerCase();
    if (values.has(lower)) throw malformed(lower, 'is given twice');
    values.set(lower, value);
  }
  return values;
};

const text = (values: ReadonlyMap<string, unknown>, name: string): string | undefined => {
  const value = values.get(name);
  if (value === undefined || typeof value === 'string') return value;
  throw malformed(name, 'must be a string');
};

const xUserIdOf = (values: ReadonlyMap<string, unknown>): XUserId | undefined => {
  const value = text(values, 'x-hasura-x-user-id');
  if (value === undefined) return undefined;
  const xUserId = parseXUserId(value);
  if (xUserId === undefined) throw malformed('x-hasura-x-user-id', 'must be the numeric id of an X account');
  return xUserId;
};

/** Both envelopes, or neither. One alone, or anything but strings, is as wrong as a broken one and says no more. */
const envelopesOf = (values: ReadonlyMap<string, unknown>): SealedPair | undefined => {
  const accessToken = values.get('x-hasura-access-token');
  const accessTokenSecret = values.get('x-hasura-access-token-secret');
  if (accessToken === undefined && accessTokenSecret === undefined) return undefined;
  if (typeof accessToken === 'string' && typeof accessTokenSecret === 'string') {
    return { accessToken, accessTokenSecret };
  }
  throw new HeraldError('CREDENTIALS_INVALID');
};

const malformed = (name: string, what: string): HeraldError =>
  new HeraldError('INVALID_REQUEST', { message: `The session variable ${name} ${what}.` });
