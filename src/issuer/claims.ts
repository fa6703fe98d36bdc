import type { SealedPair } from '../kernel/index.ts';
import { HookFault, hasuraNamespace, nameOf } from './hook-result.ts';
import type { SignIn } from './sign-ins.ts';

export type Claims = Readonly<Record<string, unknown>>;

/** Cookies end at 4,096 characters, and a proxy's header line may end soon after. */
const tokenLimit = 3_600;

/**
 * The claims of an access token beside the registered ones: those of the hook, and under Hasura's namespace the session
 * variables. Every value there is text but the allowed roles, as the engine wants it.
 */
export const tokenClaims = (
  { userId, xUserId, hooked }: SignIn,
  envelopes: SealedPair,
  roles: readonly string[],
): Claims => {
  const allowedRoles = hooked.allowedRoles ?? roles;
  const preferred = roles.find((role) => allowedRoles.includes(role)) ?? '';
  return {
    ...hooked.claims,
    [hasuraNamespace]: {
      ...hooked.hasura,
      'x-hasura-allowed-roles': allowedRoles,
      'x-hasura-default-role': hooked.defaultRole ?? preferred,
      'x-hasura-user-id': userId,
      'x-hasura-x-user-id': xUserId,
      'x-hasura-access-token': envelopes.accessToken,
      'x-hasura-access-token-secret': envelopes.accessTokenSecret,
    },
  };
};

/** What a token holds beside its claims: as much as an RFC 9068 access token of this issuer has. */
export interface TokenFrame {
  readonly issuer: string;
  readonly audience: string;
  readonly kid: string;
  readonly signatureLength: number;
}

/** Throws {@link HookFault} when the token would have more than 3,600 characters; it names the three biggest claims. */
export const checkTokenLength = (claims: Claims, signIn: SignIn, frame: TokenFrame): void => {
  const length = tokenLength(claims, signIn, frame);
  if (length <= tokenLimit) return;
  const biggest = claimSizes(claims)
    .slice(0, 3)
    .map(([name, size]) => `${nameOf(name)} (${size})`);
  throw new HookFault(
    `The token would have ${length} characters, more than ${tokenLimit}. Its biggest claims: ${biggest.join(', ')}.`,
  );
};

const tokenLength = (claims: Claims, { userId, clientId }: SignIn, frame: TokenFrame): number => {
  const seconds = 1_900_000_000;
  const registered = {
    jti: 'j'.repeat(43),
    sub: userId,
    iat: seconds,
    exp: seconds,
    scope: 'openid',
    client_id: clientId,
    iss: frame.issuer,
    aud: frame.audience,
  };
  const header = { alg: 'RS256', typ: 'at+jwt', kid: frame.kid };
  return encodedLength(header) + encodedLength({ ...claims, ...registered }) + frame.signatureLength + 2;
};

const encodedLength = (value: object): number =>
  Buffer.from(JSON.stringify(value)).toString('base64url').length;

/** Name and length of each claim that the hook can make smaller, the biggest first. The envelopes are not among them. */
const claimSizes = ({ [hasuraNamespace]: variables, ...claims }: Claims): [string, number][] =>
  Object.entries({ ...claims, ...(variables as object) })
    .filter(([name]) => !name.startsWith('x-hasura-access-token'))
    .map(([name, value]): [string, number] => [name, JSON.stringify(value).length])
    .sort(([, one], [, other]) => other - one);
