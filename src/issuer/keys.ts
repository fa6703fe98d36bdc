import type { JsonWebKey } from 'node:crypto';
import type { JWK } from 'oidc-provider';
import type { Secret } from '../kernel/index.ts';

/** RFC 7518, section 6.3. */
type RsaPrivateJwk = Readonly<Record<'n' | 'e' | 'd' | 'p' | 'q' | 'dp' | 'dq' | 'qi', string>>;

/** An RSA key that signs tokens or, once another one signs, is still published so that tokens from before verify. */
export interface SignKey {
  readonly kid: string;
  readonly privateJwk: Secret<RsaPrivateJwk>;
}

/** `RS256`, which Hasura, Auth.js and AppAuth verify alike. */
export const signAlgorithm = 'RS256';

/** What a JWKS document holds: the public halves, the signing one first. */
export const publicJwksOf = (keys: readonly SignKey[]): { keys: JsonWebKey[] } => ({
  keys: keys.map(({ kid, privateJwk }) => {
    const { n, e } = privateJwk.reveal();
    return { kty: 'RSA', kid, use: 'sig', alg: signAlgorithm, n, e };
  }),
});

/** The private keys for oidc-provider, which signs with the first one that fits. */
export const privateJwksOf = (keys: readonly SignKey[]): { keys: JWK[] } => ({
  keys: keys.map(({ kid, privateJwk }) => {
    const { n, e, d, p, q, dp, dq, qi } = privateJwk.reveal();
    return { kty: 'RSA', kid, use: 'sig', alg: signAlgorithm, n, e, d, p, q, dp, dq, qi };
  }),
});

/** How many base64url characters a signature of the key has. */
export const signatureLength = ({ privateJwk }: SignKey): number =>
  Math.ceil((Buffer.from(privateJwk.reveal().n, 'base64url').length * 4) / 3);
