import { parseUserId, type UserId } from '../kernel/index.ts';

/** The claims hook failed a sign-in. The message is public and names the fault, never what the hook said itself. */
export class HookFault extends Error {
  constructor(message: string, cause?: unknown) {
    super(message, { cause });
    this.name = 'HookFault';
  }
}

/** What a hook asked for, checked: nothing here overrides what Herald says itself. */
export interface HookedClaims {
  /** Instead of `twitter|<x id>`. */
  readonly userId: UserId | undefined;
  /** Claims beside the registered ones. */
  readonly claims: Readonly<Record<string, unknown>>;
  /** Session variables beside Herald's own. */
  readonly hasura: Readonly<Record<string, string>>;
  readonly defaultRole: string | undefined;
  readonly allowedRoles: readonly string[] | undefined;
}

/** RFC 7519 4.1, RFC 9068 2.2 and OpenID Connect Core 2: who signs decides these. */
const registeredClaims =
  'iss sub aud exp nbf iat jti scope client_id azp acr amr auth_time nonce at_hash c_hash s_hash sid cnf act may_act authorization_details'.split(
    ' ',
  );
export const hasuraNamespace = 'https://hasura.io/jwt/claims';
const ownedVariables =
  /^x-hasura-(role|default-role|allowed-roles|user-id|x-user-id|admin-secret|access-token.*)$/;
const knownFields = ['userId', 'claims', 'hasura', 'defaultRole', 'allowedRoles'];

/**
 * Checks what a hook returned; nothing at all means nothing to add. `roles` are those that a token may carry.
 * Throws {@link HookFault}.
 */
export const readHookResult = (result: unknown, roles: readonly string[]): HookedClaims => {
  const fields = readObject(jsonCopy(result ?? {}), 'what it returns');
  for (const name of Object.keys(fields))
    if (!knownFields.includes(name))
      throw new HookFault(
        `The claims hook returned ${nameOf(name)}, which is none of ${knownFields.join(', ')}.`,
      );
  const allowedRoles = readRoles(fields.allowedRoles, roles);
  return {
    userId: readUserId(fields.userId),
    claims: readClaims(fields.claims ?? {}),
    hasura: readVariables(fields.hasura ?? {}),
    allowedRoles,
    defaultRole: readDefaultRole(fields.defaultRole, allowedRoles ?? roles),
  };
};

/** What was checked is what is signed: no getter, no toJSON, no prototype of the hook's object comes along. */
const jsonCopy = (result: unknown): unknown => {
  try {
    return JSON.parse(JSON.stringify(result));
  } catch (error) {
    throw new HookFault('The claims hook returned something that is not JSON.', error);
  }
};

const readObject = (value: unknown, what: string): Record<string, unknown> => {
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw new HookFault(`The claims hook must give an object as ${what}.`);
  if (Object.hasOwn(value, '__proto__'))
    throw new HookFault('The claims hook returned a member named __proto__.');
  return value as Record<string, unknown>;
};

const readUserId = (value: unknown): UserId | undefined => {
  if (value === undefined) return undefined;
  const userId = typeof value === 'string' ? parseUserId(value) : undefined;
  if (userId === undefined)
    throw new HookFault(
      'The claims hook must give userId as text of 1 to 255 characters without control characters.',
    );
  return userId;
};

const readClaims = (value: unknown): Record<string, unknown> => {
  const claims = readObject(value, 'claims');
  for (const name of Object.keys(claims))
    if (registeredClaims.includes(name) || name === hasuraNamespace || /^x-hasura-/i.test(name))
      throw new HookFault(`The claims hook must not set the claim ${nameOf(name)}.`);
  return claims;
};

const readVariables = (value: unknown): Record<string, string> => {
  const variables = readObject(value, 'hasura');
  for (const [name, content] of Object.entries(variables)) {
    if (!/^x-hasura-[a-z0-9-]+$/.test(name))
      throw new HookFault(
        `The claims hook set ${nameOf(name)}: a session variable is x-hasura- and lower-case letters, digits, hyphens.`,
      );
    if (ownedVariables.test(name))
      throw new HookFault(`The claims hook must not set ${nameOf(name)}: it is Herald's own.`);
    if (typeof content !== 'string')
      throw new HookFault(`The claims hook must give ${nameOf(name)} as text.`);
  }
  return variables as Record<string, string>;
};

const readRoles = (value: unknown, roles: readonly string[]): readonly string[] | undefined => {
  if (value === undefined) return undefined;
  if (!Array.isArray(value) || value.length === 0)
    throw new HookFault('The claims hook must give allowedRoles as an array of at least one role.');
  return [...new Set(value.map((role: unknown) => readRole(role, roles)))];
};

const readDefaultRole = (value: unknown, allowed: readonly string[]): string | undefined =>
  value === undefined ? undefined : readRole(value, allowed);

const readRole = (value: unknown, allowed: readonly string[]): string => {
  if (typeof value !== 'string' || !allowed.includes(value))
    throw new HookFault(`The claims hook chose a role that is not among ${allowed.map(nameOf).join(', ')}.`);
  return value;
};

/** A name as it may stand in `error_description` (RFC 6749, section 5.2: no quotes, no backslash, ASCII). */
export const nameOf = (name: string): string =>
  name.slice(0, 64).replace(/[^\x20\x21\x23-\x5b\x5d-\x7e]/g, '?');
