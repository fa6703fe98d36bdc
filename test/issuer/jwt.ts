export type HasuraClaims = Readonly<Record<string, string>> & { readonly 'x-hasura-allowed-roles': string[] };

export interface TokenPayload {
  readonly sub: string;
  readonly iss: string;
  readonly aud: string;
  readonly iat: number;
  readonly exp: number;
  readonly 'https://hasura.io/jwt/claims': HasuraClaims;
  readonly [claim: string]: unknown;
}

export const payloadOf = (jwt: string): TokenPayload =>
  JSON.parse(Buffer.from(jwt.split('.')[1] ?? '', 'base64url').toString()) as TokenPayload;

export const headerOf = (jwt: string): Record<string, unknown> =>
  JSON.parse(Buffer.from(jwt.split('.')[0] ?? '', 'base64url').toString()) as Record<string, unknown>;

export const hasuraOf = (jwt: string): HasuraClaims => payloadOf(jwt)['https://hasura.io/jwt/claims'];
