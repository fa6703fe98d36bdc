import { publicKeys } from '../../credentials/index.ts';
import { type Call, type Command, Refusal, type Report, Usage } from '../command.ts';
import { describeClaims } from '../describe-claims.ts';
import { requireInput } from '../input.ts';
import { requireConfiguredKeyring } from '../keyring-source.ts';
import { fields } from '../print.ts';
import { parseKeySet, readKeySet, readPublicKey, type VerificationKeys } from './verification-keys.ts';
import { type Claims, TokenRefused, verifyToken } from './verify-token.ts';

export const tokenVerify: Command = {
  name: 'token verify',
  summary:
    'Checks an RS256 token as whoever receives one has to: signature by a key of yours, audience, time. Reads the token from standard input and shows its claims, sealed credentials excepted. Without --jwks and --key the keys are those of HERALD_KEYRING.',
  choice: {
    required: false,
    options: {
      jwks: { value: 'URL|FILE', about: "The issuer's key set: https, http on this machine, or a file." },
      key: { value: 'FILE', about: "The issuer's public key: PEM, a certificate, or a JWK." },
    },
  },
  options: {
    audience: {
      value: 'A',
      about: 'Whom the token has to be for; never taken from the token.',
      required: true,
    },
    issuer: { value: 'I', about: 'Whom it has to be by.' },
  },
  run: async (call) => {
    const audience = call.text('audience') ?? '';
    if (audience === '') throw new Usage('--audience is whom the token has to be for.');
    const keys = await readKeys(call);
    const token = (await requireInput(call, 'a token')).trim().replace(/^Bearer +/i, '');
    const expected = { audience, issuer: call.text('issuer'), now: new Date() };
    return report(check(token, keys, expected));
  },
};

const readKeys = async (call: Call): Promise<VerificationKeys> => {
  const [jwks, key] = [call.text('jwks'), call.text('key')];
  if (jwks !== undefined) return readKeySet(jwks);
  if (key !== undefined) return readPublicKey(key);
  const own = publicKeys(requireConfiguredKeyring(call.environment));
  return parseKeySet(JSON.stringify(own), 'HERALD_KEYRING');
};

const check = (...[token, keys, expected]: Parameters<typeof verifyToken>): Claims => {
  try {
    return verifyToken(token, keys, expected);
  } catch (error) {
    if (!(error instanceof TokenRefused)) throw error;
    throw new Refusal(`The token is refused. ${error.message}`, 'Do not use anything that it says.');
  }
};

const report = (claims: Claims): Report => {
  const shown = maskCredentials(claims);
  const readable = readableCredentials(claims);
  return {
    json: { valid: true, claims: shown },
    lines: ['The token is good.', ...fields(describeClaims(flatten(shown)))],
    next: readable.map(
      (name) =>
        `${name} is not sealed: whoever sees this token can use it. Sign in anew where it is sealed, and end the old one at X.`,
    ),
  };
};

const CREDENTIAL = /^x-hasura-access-token(-secret)?$/i;
const JWE = /^[\w-]+\.[\w-]*\.[\w-]+\.[\w-]+\.[\w-]+$/;
/** As X makes them: the account's id, then what is secret. */
const ACCESS_TOKEN = /^\d{1,20}-[A-Za-z0-9]{20,80}$/;

/** Sealed values, and those that should be, give way to a word about them, however deep they are. */
const maskCredentials = (claims: Claims): Claims =>
  Object.fromEntries(Object.entries(claims).map(([name, value]) => [name, mask(name, value)]));

const mask = (name: string, value: unknown): unknown => {
  if (isClaims(value)) return maskCredentials(value);
  if (Array.isArray(value)) return value.map((item) => mask(name, item));
  if (isReadable(name, value)) return 'not sealed, not shown';
  return isSealed(value) ? `sealed, ${value.length} characters` : value;
};

const isSealed = (value: unknown): value is string => typeof value === 'string' && JWE.test(value);

const isReadable = (name: string, value: unknown): boolean =>
  !isSealed(value) && (CREDENTIAL.test(name) || (typeof value === 'string' && ACCESS_TOKEN.test(value)));

const readableCredentials = (claims: Claims): string[] =>
  Object.entries(claims).flatMap(([name, value]) => {
    if (isClaims(value)) return readableCredentials(value);
    const values: readonly unknown[] = Array.isArray(value) ? value : [value];
    return values.some((item) => isReadable(name, item)) ? [name] : [];
  });

/** Claims of a namespace beside the others. */
const flatten = (claims: Claims): Claims =>
  Object.fromEntries(
    Object.entries(claims).flatMap(([name, value]) =>
      isClaims(value) ? Object.entries(value) : [[name, value]],
    ),
  );

const isClaims = (value: unknown): value is Claims =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
