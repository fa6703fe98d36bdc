import { KeyringProblem } from './keyring.ts';
import { readDocument } from './keyring-document.ts';
import type { KeyringEntry } from './keyring-entries.ts';
import { publicJwkOf, publicPemOf, type RsaPublicJwk } from './sign-keys.ts';

/** The public half of a key that envelopes are sealed under: RFC 7517, RFC 7518 section 6.2.1. */
export interface EcPublicJwk {
  readonly kty: 'EC';
  readonly crv: 'P-256';
  readonly x: string;
  readonly y: string;
  readonly kid: string;
  readonly alg: 'ECDH-ES';
  readonly use: 'enc';
}

/**
 * The public halves that others need, as a JWKS: of the keys that sign tokens, and of those that an outside issuer seals
 * under; the active ones first, none that is retired. Throws {@link KeyringProblem}.
 */
export const publicKeys = (json: string): { readonly keys: readonly (RsaPublicJwk | EcPublicJwk)[] } => {
  const { entries } = readDocument(json);
  const withStatus = (wanted: string) => entries.filter(({ status }) => status === wanted);
  const usable = [...withStatus('active'), ...withStatus('open')];
  const ofAlgorithm = (alg: string) => usable.filter((entry) => entry.alg === alg);
  return { keys: [...ofAlgorithm('RS256').map(publicJwkOf), ...ofAlgorithm('ECDH-ES').map(curvePointOf)] };
};

const curvePointOf = ({ kid, jwk }: KeyringEntry): EcPublicJwk => ({
  kty: 'EC',
  crv: 'P-256',
  x: String(jwk.x),
  y: String(jwk.y),
  kid,
  alg: 'ECDH-ES',
  use: 'enc',
});

export interface TokenOrigin {
  /** `iss` of the tokens. */
  readonly issuer: string;
  /** `aud` of the tokens: any one of them. */
  readonly audiences: readonly string[];
}

/**
 * `HASURA_GRAPHQL_JWT_SECRET` with the active sign key in it, one line of JSON: the engine starts without Herald, but
 * knows this one key only. Throws {@link KeyringProblem} when no key of use `sign` is active.
 */
export const hasuraJwtSecret = (json: string, { issuer, audiences }: TokenOrigin): string => {
  const active = readDocument(json).entries.find(({ use, status }) => use === 'sign' && status === 'active');
  if (active === undefined) throw new KeyringProblem(['No key of use sign is active.']);
  return JSON.stringify({
    type: 'RS256',
    key: publicPemOf(active),
    issuer,
    audience: audiences,
    claims_namespace: 'https://hasura.io/jwt/claims',
    allowed_skew: 30,
  });
};
