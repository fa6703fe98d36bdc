import { createLocalJWKSet, errors, type JWK, type JWTPayload, type JWTVerifyGetKey, jwtVerify } from 'jose';
import { HeraldError, type Log } from '../kernel/index.ts';
import { HASURA_NAMESPACE } from './claims-layout.ts';
import { DEFAULT_SKEW_SECONDS, type JwtSecret, readJwtSecret } from './jwt-secret.ts';
import { createRemoteKeys } from './remote-keys.ts';
import type { SessionVariables } from './session-variables.ts';
import { BearerRefusal, sessionVariablesOf } from './token-claims.ts';
import type { WeaknessOfHmacKey } from './verification-key.ts';

export interface BearerTools {
  /** The engine's `HASURA_GRAPHQL_JWT_SECRET`, verbatim. */
  readonly jwtSecret?: string | undefined;
  /** Herald's own issuer, whose tokens are taken when there is no `jwtSecret`. */
  readonly own?: OwnIssuer | undefined;
  readonly weaknessOfHmacKey: WeaknessOfHmacKey;
  readonly log: Log;
  readonly now: () => Date;
  readonly fetch?: typeof fetch;
}

interface OwnIssuer {
  readonly issuer: string;
  readonly audiences: readonly string[];
  /** The public keys that its tokens may be signed with, as JWKs. Called once, when the first token comes. */
  readonly jwks: () => readonly JWK[];
}

/** A verified token as a session: its variables for `openSession`, and when it was issued, if it says so. */
export interface VerifiedBearer {
  readonly variables: SessionVariables;
  readonly issuedAt: Date | undefined;
}

export type VerifyBearer = (authorization: string, role: string | undefined) => Promise<VerifiedBearer>;

/** What verifies tokens: how, and with which key. */
interface Verifier {
  readonly secret: Omit<JwtSecret, 'key'>;
  readonly key: JWTVerifyGetKey;
}

const LONGEST_TOKEN = 8 * 1024;

/**
 * Verifies `Authorization: Bearer` tokens as the engine would, and more strictly: algorithms pinned by the configuration
 * (RFC 8725 section 3.1), audience, issuer and `exp` required, keys only from the configuration or its `jwk_url`. `role` is
 * the request's `x-hasura-role`. Throws `UNAUTHENTICATED` for whatever is wrong with the token, with one message for all
 * and the reason in the log; `ROLE_NOT_ALLOWED` for a role that the token does not allow; `TEMPORARILY_UNAVAILABLE` while
 * the keys cannot be had. Throws an Error at once when `jwtSecret` is malformed.
 */
export const createBearerCheck = (tools: BearerTools): VerifyBearer => {
  const verifier = verifierOf(tools);
  return async (authorization, role) => {
    try {
      if (verifier === undefined) throw new BearerRefusal('no issuer is configured');
      const payload = await verify(tokenIn(authorization), verifier, tools.now());
      return {
        variables: sessionVariablesOf(payload, verifier.secret.layout, role),
        issuedAt: payload.iat === undefined ? undefined : new Date(payload.iat * 1000),
      };
    } catch (error) {
      if (error instanceof HeraldError) throw error;
      tools.log('warn', 'bearer_refused', { reason: reasonOf(error) });
      throw new HeraldError('UNAUTHENTICATED');
    }
  };
};

const verifierOf = (tools: BearerTools): Verifier | undefined => {
  if (tools.jwtSecret === undefined) return tools.own && ownVerifier(tools.own);
  const { secret, problems } = readJwtSecret(tools.jwtSecret, tools.weaknessOfHmacKey);
  if (secret === undefined) throw new Error(`HASURA_GRAPHQL_JWT_SECRET ${problems.join(' ')}`);
  const { key } = secret;
  if (!(key instanceof URL)) return { secret, key: () => key };
  const { log, now } = tools;
  return { secret, key: createRemoteKeys({ url: key, fetch: tools.fetch ?? fetch, log, now }) };
};

const ownVerifier = ({ issuer, audiences, jwks }: OwnIssuer): Verifier => {
  let keys: JWTVerifyGetKey | undefined;
  return {
    secret: {
      algorithms: ['RS256'],
      issuer,
      audience: audiences,
      layout: { kind: 'namespace', path: [HASURA_NAMESPACE], stringified: false },
      skewSeconds: DEFAULT_SKEW_SECONDS,
    },
    key: (header, token) => {
      keys ??= createLocalJWKSet({ keys: [...jwks()] });
      return keys(header, token);
    },
  };
};

/** RFC 6750 section 2.1. The parts are canonical base64url, so that an altered character is always an altered token. */
const tokenIn = (authorization: string): string => {
  const token = /^Bearer ([A-Za-z0-9_-]+(?:\.[A-Za-z0-9_-]+){2})$/i.exec(authorization)?.[1];
  if (token === undefined || token.length > LONGEST_TOKEN) throw new BearerRefusal('format');
  if (!token.split('.').every(isCanonical)) throw new BearerRefusal('format');
  return token;
};

const isCanonical = (part: string): boolean => Buffer.from(part, 'base64url').toString('base64url') === part;

const verify = async (token: string, { secret, key }: Verifier, now: Date): Promise<JWTPayload> => {
  const { payload, protectedHeader } = await jwtVerify(token, key, {
    algorithms: [...secret.algorithms],
    issuer: secret.issuer,
    audience: [...secret.audience],
    requiredClaims: ['exp'],
    // jose takes a token to be over in the very second of `exp`; a token of `exp` + skew is still good here (R17).
    clockTolerance: secret.skewSeconds + 1,
    currentDate: now,
  });
  checkType(protectedHeader.typ);
  for (const claim of ['nbf', 'iat'] as const) checkPast(payload[claim], claim, secret.skewSeconds, now);
  return payload;
};

/** A token of another kind (a logout token, an ID-JAG, a security event) names its own type (RFC 8725 section 3.11). */
const checkType = (typ: unknown): void => {
  if (typ === undefined) return;
  const isToken = typeof typ === 'string' && /^(application\/)?(at\+)?jwt$/i.test(typ);
  if (!isToken) throw new BearerRefusal('typ');
};

const checkPast = (time: unknown, claim: string, skewSeconds: number, now: Date): void => {
  if (time === undefined) return;
  if (typeof time !== 'number' || time - skewSeconds > now.getTime() / 1000) throw new BearerRefusal(claim);
};

/** jose's code and the claim's name. The error itself holds every claim, so it is dropped here. */
const reasonOf = (error: unknown): string => {
  if (error instanceof BearerRefusal) return error.reason;
  if (error instanceof errors.JWTClaimValidationFailed || error instanceof errors.JWTExpired) {
    return `${error.code} ${error.claim}`;
  }
  return error instanceof errors.JOSEError ? error.code : 'verification';
};
