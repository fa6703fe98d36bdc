import { isLoopback } from '../kernel/index.ts';
import { type ClaimsLayout, readClaimsLayout } from './claims-layout.ts';
import {
  ASYMMETRIC_ALGORITHMS,
  readStaticKey,
  type StaticKey,
  type WeaknessOfHmacKey,
} from './verification-key.ts';

/** How bearer tokens are verified: the engine's JWT secret, understood. */
export interface JwtSecret {
  readonly algorithms: readonly string[];
  /** A key, or where the keys are. */
  readonly key: StaticKey['key'] | URL;
  readonly audience: readonly string[];
  readonly issuer: string;
  readonly layout: ClaimsLayout;
  /** How far the clocks may be apart, in seconds. */
  readonly skewSeconds: number;
}

export const DEFAULT_SKEW_SECONDS = 30;
const LONGEST_SKEW_SECONDS = 300;
const FIELDS = [
  'type',
  'key',
  'jwk_url',
  'audience',
  'issuer',
  'claims_namespace',
  'claims_namespace_path',
  'claims_format',
  'claims_map',
  'allowed_skew',
  'header',
];

type Fields = Readonly<Record<string, unknown>>;
/** Takes words that say what is wrong and gives undefined. */
export type Complain = (problem: string) => undefined;

/**
 * The engine's `HASURA_GRAPHQL_JWT_SECRET`, the object as JSON (Hasura: authentication, JWT). `problems` holds a sentence
 * for each fault, to stand after the name of the variable; without any there is a secret. Other than in the engine,
 * `audience` and `issuer` are required and `allowed_skew` is 30 seconds when absent.
 */
export const readJwtSecret = (
  json: string,
  weaknessOfHmacKey: WeaknessOfHmacKey,
): { secret: JwtSecret | undefined; problems: readonly string[] } => {
  const problems: string[] = [];
  const complain: Complain = (problem) => {
    problems.push(problem);
    return undefined;
  };
  const fields = readFields(json);
  if (fields === undefined) {
    return { secret: undefined, problems: ['must be a JSON object, the one that the engine has.'] };
  }
  for (const name of Object.keys(fields)) {
    if (!FIELDS.includes(name)) complain(`has no field ${name.slice(0, 40)}. Is it misspelt?`);
  }
  const verification = readVerification(fields, weaknessOfHmacKey, complain);
  const audience = readAudience(fields.audience, complain);
  const issuer = readIssuer(fields.issuer, complain);
  const layout = readClaimsLayout(fields, complain);
  const skewSeconds = readSkew(fields.allowed_skew, complain);
  checkHeader(fields.header, complain);
  const complete = verification && audience && issuer && layout && skewSeconds !== undefined;
  if (problems.length > 0 || !complete) return { secret: undefined, problems };
  return { secret: { ...verification, audience, issuer, layout, skewSeconds }, problems };
};

/** What is wrong with a JWT secret, in sentences to stand after the name of the variable; none when it is sound. */
export const jwtSecretProblems = (json: string, weaknessOfHmacKey: WeaknessOfHmacKey): readonly string[] =>
  readJwtSecret(json, weaknessOfHmacKey).problems;

const readFields = (json: string): Fields | undefined => {
  try {
    const value: unknown = JSON.parse(json);
    return typeof value === 'object' && value !== null && !Array.isArray(value)
      ? (value as Fields)
      : undefined;
  } catch {
    return undefined;
  }
};

const readVerification = (
  { type, key, jwk_url }: Fields,
  weaknessOfHmacKey: WeaknessOfHmacKey,
  complain: Complain,
): Pick<JwtSecret, 'algorithms' | 'key'> | undefined => {
  if (typeof jwk_url === 'string' && type === undefined && key === undefined)
    return readUrl(jwk_url, complain);
  if (typeof type !== 'string' || typeof key !== 'string' || jwk_url !== undefined) {
    return complain('must have type and key, or jwk_url, and not both.');
  }
  const found = readStaticKey(type, key, weaknessOfHmacKey);
  return typeof found === 'string' ? complain(found) : found;
};

/** Keys fetched over plain http could be anybody's (R16). */
const readUrl = (text: string, complain: Complain): Pick<JwtSecret, 'algorithms' | 'key'> | undefined => {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  const isProtected = url?.protocol === 'https:' || (url?.protocol === 'http:' && isLoopback(url));
  if (url === undefined || !isProtected) return complain('jwk_url must be https; http is only for loopback.');
  if (url.username !== '' || url.password !== '') return complain('jwk_url must not hold a password.');
  return { algorithms: ASYMMETRIC_ALGORITHMS, key: url };
};

const readAudience = (value: unknown, complain: Complain): readonly string[] | undefined => {
  const list: unknown[] = Array.isArray(value) ? value : [value];
  const audience = list.filter((entry): entry is string => typeof entry === 'string' && entry !== '');
  if (value !== undefined && audience.length === list.length && audience.length > 0) return audience;
  return complain(
    'audience is required, a string or a list of strings: without it a token that was made for another application passes. Set it for the engine too.',
  );
};

const readIssuer = (value: unknown, complain: Complain): string | undefined =>
  typeof value === 'string' && value !== ''
    ? value
    : complain('issuer is required, a string: the `iss` of the tokens. Set it for the engine too.');

const readSkew = (value: unknown, complain: Complain): number | undefined => {
  if (value === undefined || value === null) return DEFAULT_SKEW_SECONDS;
  const isSkew = Number.isInteger(value) && Number(value) >= 0 && Number(value) <= LONGEST_SKEW_SECONDS;
  return isSkew
    ? Number(value)
    : complain(`allowed_skew must be whole seconds, 0 to ${LONGEST_SKEW_SECONDS}.`);
};

const checkHeader = (value: unknown, complain: Complain): void => {
  const isAuthorization =
    value === undefined ||
    value === null ||
    (typeof value === 'object' && (value as { type?: unknown }).type === 'Authorization');
  if (!isAuthorization) {
    complain(
      'header is not supported: Herald takes tokens from the Authorization header only, never from a cookie.',
    );
  }
};
