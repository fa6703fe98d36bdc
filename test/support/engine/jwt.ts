import { createRemoteJWKSet, importSPKI, importX509, type JWTVerifyOptions, jwtVerify } from 'jose';
import { EngineError, isObject } from './engine-error.ts';

/** `HASURA_GRAPHQL_JWT_SECRET`: a static key, or where the keys are. */
export interface JwtSecret {
  readonly type?: string;
  readonly key?: string;
  readonly jwk_url?: string;
  readonly audience?: string | string[];
  readonly issuer?: string;
  readonly claims_namespace?: string;
  /** `$.a.b` */
  readonly claims_namespace_path?: string;
  readonly claims_format?: 'json' | 'stringified_json';
  /** Seconds. */
  readonly allowed_skew?: number;
}

/** The claims in the namespace of the token in an `Authorization` header. */
export type VerifyJwt = (authorization: string) => Promise<unknown>;

const HASURA_NAMESPACE = 'https://hasura.io/jwt/claims';

export const createJwtVerifier = (secret: JwtSecret): VerifyJwt => {
  const check = createCheck(secret);
  return async (authorization) => {
    const token = /^Bearer ([^ ]+)$/i.exec(authorization)?.[1];
    if (token === undefined) throw new EngineError('Malformed Authorization header', 'invalid-headers');
    const payload = await check(token);
    const found = claimsOf(payload, secret);
    if (found === undefined)
      throw new EngineError(
        `claims key: '${secret.claims_namespace ?? HASURA_NAMESPACE}' not found`,
        'jwt-invalid-claims',
      );
    return secret.claims_format === 'stringified_json' ? JSON.parse(String(found)) : found;
  };
};

const createCheck = ({ type = '', key, jwk_url, audience, issuer, allowed_skew = 0 }: JwtSecret) => {
  const options: JWTVerifyOptions = {
    clockTolerance: allowed_skew,
    ...(audience === undefined ? {} : { audience }),
    ...(issuer === undefined ? {} : { issuer }),
  };
  const remote = jwk_url === undefined ? undefined : createRemoteJWKSet(new URL(jwk_url));
  return async (token: string): Promise<unknown> => {
    try {
      const { payload } =
        remote === undefined
          ? await jwtVerify(token, await importKey(type, key ?? ''), { ...options, algorithms: [type] })
          : await jwtVerify(token, remote, options);
      return payload;
    } catch (error) {
      throw new EngineError(`Could not verify JWT: ${(error as Error).message}`, 'invalid-jwt');
    }
  };
};

const importKey = async (type: string, key: string) => {
  if (type.startsWith('HS')) return new TextEncoder().encode(key);
  return key.includes('CERTIFICATE') ? importX509(key, type) : importSPKI(key, type);
};

const claimsOf = (payload: unknown, { claims_namespace, claims_namespace_path }: JwtSecret): unknown => {
  const path = claims_namespace_path?.split('.').slice(1) ?? [claims_namespace ?? HASURA_NAMESPACE];
  return path.reduce<unknown>((value, name) => (isObject(value) ? value[name] : undefined), payload);
};
