import type { ClientMetadata } from 'oidc-provider';

/** An application whose users sign in. Public: it has no secret (RFC 6749, section 2.1). */
export interface IssuerClient {
  readonly id: string;
  readonly redirectUris: readonly string[];
  /** The `aud` of its access tokens. */
  readonly audience: string;
}

/** The name under which oidc-provider knows what a client's access tokens are for; it never leaves the issuer. */
export const resourceOf = (clientId: string): string => `urn:herald:client:${clientId}`;

/**
 * A registered client as oidc-provider wants it. `native` lets loopback redirect URIs have any port (RFC 8252, section
 * 7.3) and takes https and private-use schemes as they are; a client with https alone is `web`. Both compare strings.
 */
export const clientMetadata = ({ id, redirectUris }: IssuerClient): ClientMetadata => ({
  client_id: id,
  redirect_uris: [...redirectUris],
  application_type: redirectUris.every((uri) => uri.startsWith('https:')) ? 'web' : 'native',
  token_endpoint_auth_method: 'none',
  grant_types: ['authorization_code', 'refresh_token'],
  response_types: ['code'],
  // Errors of the flows that are not offered go into the fragment, where such a client looks for them.
  response_modes: ['query', 'fragment'],
  id_token_signed_response_alg: 'RS256',
});

/** Whether pages of `origin` may read answers: origins of redirect URIs, on loopback with any port. */
export const createOriginCheck = (clients: readonly IssuerClient[]): ((origin: string) => boolean) => {
  const origins = new Set(
    clients.flatMap(({ redirectUris }) => redirectUris).flatMap((uri) => comparable(uri)),
  );
  return (origin) => comparable(origin).some((candidate) => origins.has(candidate));
};

/** Empty for what is no web page's: an unreadable address or a private-use scheme, whose origin is the text `null`. */
const comparable = (address: string): readonly string[] => {
  if (!URL.canParse(address)) return [];
  const { origin, protocol, hostname } = new URL(address);
  if (protocol === 'http:') return [`http://${hostname}`];
  return protocol === 'https:' ? [origin] : [];
};
