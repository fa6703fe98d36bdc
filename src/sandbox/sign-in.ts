import { type Answer, oauthError, ok } from './answers.ts';
import { type Parameter, sameText } from './oauth1.ts';
import type { Store } from './store.ts';
import { isUsername, randomText, type User } from './users.ts';

/** What the three legs of OAuth 1.0a (RFC 5849, section 2) need of each other. */
export interface SignIn {
  /** POST /oauth/request_token. */
  requestToken(parameters: readonly Parameter[]): Answer;
  /** The secret of a request token that is still good. */
  secretOf(token: string): string | undefined;
  /** Whether the authorize page has something to ask. */
  isPending(token: string): boolean;
  /** What the form of the authorize page leads to. */
  decide(form: URLSearchParams): Decision;
  /** POST /oauth/access_token, signed with the request token. */
  accessToken(token: string, parameters: readonly Parameter[]): Answer;
  /** POST /1.1/oauth/invalidate_token, signed with the pair that it ends. */
  invalidateToken(user: User): Answer;
}

export type Decision =
  | { readonly kind: 'redirect'; readonly location: string }
  | { readonly kind: 'pin'; readonly pin: string }
  | { readonly kind: 'denied' }
  | { readonly kind: 'refused'; readonly why: string };

interface Pending {
  readonly secret: string;
  readonly callback: string;
  readonly expiresMs: number;
  allowed: { readonly username: string; readonly verifier: string } | undefined;
}

/** A request token works once and for ten minutes. */
const LIFE_MS = 10 * 60_000;
export const INVALID_TOKEN =
  'The request token for this page is invalid. It may have been used already, or be too old.';

/** Request tokens live in memory: a restart ends the sign-ins under way, as it may at X. */
export function makeSignIn(store: Store, now: () => number): SignIn {
  const tokens = new Map<string, Pending>();

  const find = (token: string): Pending | undefined => {
    const pending = tokens.get(token);
    return pending && pending.expiresMs > now() ? pending : undefined;
  };

  return {
    requestToken(parameters) {
      const callback = parameter(parameters, 'oauth_callback');
      if (!isCallback(callback)) {
        return oauthError(403, 415, 'Callback URL not approved for this client application.');
      }
      for (const [token, { expiresMs }] of tokens) if (expiresMs <= now()) tokens.delete(token);
      const [token, secret] = [randomText(27), randomText(32)];
      tokens.set(token, { secret, callback, expiresMs: now() + LIFE_MS, allowed: undefined });
      return form({ oauth_token: token, oauth_token_secret: secret, oauth_callback_confirmed: 'true' });
    },

    secretOf: (token) => find(token)?.secret,
    isPending: (token) => find(token)?.allowed === undefined && find(token) !== undefined,

    decide(fields) {
      const token = fields.get('oauth_token') ?? '';
      const pending = find(token);
      if (!pending || pending.allowed) return { kind: 'refused', why: INVALID_TOKEN };
      const decision = fields.get('decision');
      if (decision === 'deny') {
        tokens.delete(token);
        return pending.callback === 'oob'
          ? { kind: 'denied' }
          : { kind: 'redirect', location: withQuery(pending.callback, { denied: token }) };
      }
      const username = fields.get('username')?.trim().replace(/^@/, '');
      if (decision !== 'allow') return { kind: 'refused', why: 'decision is allow or deny.' };
      if (!isUsername(username))
        return { kind: 'refused', why: 'A username is 1 to 15 letters, digits or underscores.' };
      return allow(token, pending, store.addUser(username));
    },

    accessToken(token, parameters) {
      const pending = find(token);
      const verifier = parameter(parameters, 'oauth_verifier') ?? '';
      if (!pending?.allowed || !sameText(pending.allowed.verifier, verifier)) {
        return oauthError(401, 32, 'Could not authenticate you.');
      }
      tokens.delete(token);
      const { id, username, access_token, access_token_secret } = store.addUser(pending.allowed.username);
      return form({
        oauth_token: access_token,
        oauth_token_secret: access_token_secret,
        user_id: id,
        screen_name: username,
      });
    },

    invalidateToken(user) {
      store.forgetTokens(user);
      return ok({ access_token: user.access_token });
    },
  };
}

/** Binds the request token to the user and to a verifier: 32 characters, or a PIN of 7 digits out of band. */
function allow(token: string, pending: Pending, user: User): Decision {
  const outOfBand = pending.callback === 'oob';
  const verifier = outOfBand ? randomText(7, '0123456789') : randomText(32);
  pending.allowed = { username: user.username, verifier };
  if (outOfBand) return { kind: 'pin', pin: verifier };
  const location = withQuery(pending.callback, { oauth_token: token, oauth_verifier: verifier });
  return { kind: 'redirect', location };
}

const parameter = (parameters: readonly Parameter[], name: string): string | undefined =>
  parameters.find(([key]) => key === name)?.[1];

/** `oob`, or an absolute URL with a host or an app's own scheme; nothing that a browser would run. */
function isCallback(callback: string | undefined): callback is string {
  if (callback === 'oob') return true;
  if (callback === undefined || !URL.canParse(callback)) return false;
  return !['javascript:', 'data:', 'vbscript:', 'file:', 'blob:'].includes(new URL(callback).protocol);
}

function withQuery(callback: string, parameters: Record<string, string>): string {
  const url = new URL(callback);
  for (const [name, value] of Object.entries(parameters)) url.searchParams.set(name, value);
  return url.href;
}

/** X answers these as a form under the content type of a page. */
const form = (fields: Record<string, string>): Answer => ({
  status: 200,
  body: new URLSearchParams(fields).toString(),
  headers: { 'content-type': 'text/html; charset=utf-8' },
});
