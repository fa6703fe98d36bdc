import type { JsonWebKey } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type {
  FinishLogin,
  IssuerLogin,
  IssuerStore,
  Log,
  RestSeal,
  SealedPair,
  Secret,
  UserId,
  XSignedIn,
  XUserId,
} from '../kernel/index.ts';
import { surround } from './answers.ts';
import type { ClaimsHook } from './claims-hook.ts';
import type { IssuerClient } from './clients.ts';
import { createEntries } from './entries.ts';
import { createFinishLogin } from './finish-login.ts';
import { publicJwksOf, type SignKey, signatureLength } from './keys.ts';
import { createProvider } from './provider.ts';
import { isServed } from './routes.ts';
import { createSignIns } from './sign-ins.ts';
import { createTokens } from './tokens.ts';

export interface IssuerOptions {
  /** An origin. Every address the issuer names is beneath it, whatever host a request names. */
  readonly publicUrl: URL;
  readonly clients: readonly IssuerClient[];
  /** The roles that a token may carry; the first is the default. */
  readonly roles: readonly string[];
  /** The first signs; all are published. */
  readonly signKeys: readonly SignKey[];
  /** They sign cookies; the first is the active one, the others only verify. */
  readonly cookieKeys: readonly Secret<string>[];
  readonly store: IssuerStore;
  readonly seal: RestSeal;
  readonly revokedBefore: (userId: UserId) => Promise<Date | undefined>;
  readonly login: IssuerLogin;
  readonly saveAccount: (userId: UserId, signedIn: XSignedIn) => Promise<void>;
  /** The account's credentials sealed for a token; undefined when it is disconnected or X refused it. */
  readonly sealEnvelopes: (
    userId: UserId,
    xUserId: XUserId,
    expiresAt: Date,
  ) => Promise<SealedPair | undefined>;
  readonly hook?: ClaimsHook | undefined;
  readonly log: Log;
  readonly now?: () => Date;
}

/** An OAuth 2.0 / OpenID Connect server whose login is "sign in with X". */
export interface Issuer {
  /** `iss` of its tokens: the public URL's origin, without a trailing slash. */
  readonly issuer: string;
  /**
   * Answers whatever is beneath `/oauth/`, `/.well-known/openid-configuration` and `/.well-known/jwks.json`; the rest is
   * 404. The request must be unread: bodies end at 56 KiB.
   */
  handle(request: IncomingMessage, response: ServerResponse): Promise<void>;
  readonly finishLogin: FinishLogin;
  publicJwks(): { keys: JsonWebKey[] };
}

/** Throws an Error that names the client when one of them cannot be served. */
export const createIssuer = (options: IssuerOptions): Issuer => {
  const { publicUrl, clients, signKeys, log, now = () => new Date() } = options;
  const [signKey] = signKeys;
  if (signKey === undefined) throw new Error('The issuer needs a key of use sign.');
  const entries = createEntries(options.store, options.seal, log);
  const signIns = createSignIns(entries);
  const frame = { issuer: publicUrl.origin, kid: signKey.kid, signatureLength: signatureLength(signKey) };
  const audienceOf = (clientId: string): string => clients.find(({ id }) => id === clientId)?.audience ?? '';
  const tokens = createTokens({
    signIns,
    hook: options.hook,
    roles: options.roles,
    frameFor: (clientId) => ({ ...frame, audience: audienceOf(clientId) }),
    revokedBefore: options.revokedBefore,
    sealEnvelopes: options.sealEnvelopes,
    log,
    now,
  });
  const provider = createProvider({ ...options, entries, tokens });
  surround(provider, publicUrl, clients);
  const serve = provider.callback();
  return {
    issuer: publicUrl.origin,
    async handle(request, response) {
      const [path = ''] = (request.url ?? '').split('?', 1);
      if (isServed(request.method ?? '', path)) await serve(request, response);
      else answerNotFound(response);
    },
    finishLogin: createFinishLogin({ provider, tokens, signIns, saveAccount: options.saveAccount, log, now }),
    publicJwks: () => publicJwksOf(signKeys),
  };
};

const answerNotFound = (response: ServerResponse): void => {
  const body = JSON.stringify({ error: 'not_found', error_description: 'There is nothing at this address.' });
  response.writeHead(404, { 'content-type': 'application/json', 'cache-control': 'no-store' }).end(body);
};
