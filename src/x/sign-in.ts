import {
  HeraldError,
  parseXUserId,
  Secret,
  type XSignedIn,
  type XSignIn,
  type XSignInReturn,
  type XSignInStart,
} from '../kernel/index.ts';
import type { Reply } from './exchange.ts';
import { createTransport, revealTokens, type TransportOptions, unparsed } from './transport.ts';

export interface XSignInOptions extends TransportOptions {
  /** Where browsers go to consent; only its origin counts. */
  readonly authorizeUrl: URL;
}

const ACCESS_TOKEN = /^(\d{1,20})-[A-Za-z0-9]{10,80}$/;
const TOKEN_SECRET = /^[A-Za-z0-9]{10,200}$/;
const USERNAME = /^\w{1,50}$/;

/** Sign-in with X over twitter-api-v2; each request has the deadline of its own that `options` sets. */
export function createXSignIn({ authorizeUrl, ...options }: XSignInOptions): XSignIn {
  const transport = createTransport(options);

  async function begin(callbackUrl: string): Promise<XSignInStart> {
    const reply = await transport.send(undefined, (api) =>
      api.post('https://api.x.com/oauth/request_token', { oauth_callback: callbackUrl }, unparsed),
    );
    const form = readForm(reply);
    const requestToken = form?.get('oauth_token');
    const secret = form?.get('oauth_token_secret');
    if (!requestToken || !secret || form?.get('oauth_callback_confirmed') !== 'true')
      throw noRequestToken(reply);
    return { requestToken, requestTokenSecret: new Secret(secret), authorizeUrl: consentPage(requestToken) };
  }

  async function complete({ requestToken, requestTokenSecret, verifier }: XSignInReturn): Promise<XSignedIn> {
    if (verifier === '') throw refused();
    const tokens = { accessToken: requestToken, accessSecret: requestTokenSecret.reveal() };
    const reply = await transport.send(tokens, (api) =>
      api.post('https://api.x.com/oauth/access_token', { oauth_verifier: verifier }, unparsed),
    );
    const form = readForm(reply);
    if (!form) throw isRefusal(reply) ? refused() : unavailable();
    return parseAccount(form);
  }

  /** The older API, in user context: X ends the pair for everybody who holds it, and says 401 to whoever uses it. */
  const revoke: XSignIn['revoke'] = async (credentials) => {
    const { status, complete } = await transport.send(revealTokens(credentials), (api) =>
      api.post('https://api.x.com/1.1/oauth/invalidate_token', {}, unparsed),
    );
    return status === 200 && complete;
  };

  function consentPage(requestToken: string): URL {
    const page = new URL('/oauth/authorize', authorizeUrl);
    page.searchParams.set('oauth_token', requestToken);
    return page;
  }

  return { begin, complete, revoke, close: transport.close };
}

const readForm = ({ status, complete, text }: Reply): URLSearchParams | undefined =>
  status === 200 && complete ? new URLSearchParams(text) : undefined;

/** The account in a reply of `oauth/access_token`; its id must be the one that its token is made for. */
function parseAccount(form: URLSearchParams): XSignedIn {
  const accessToken = form.get('oauth_token') ?? '';
  const accessTokenSecret = form.get('oauth_token_secret') ?? '';
  const username = form.get('screen_name') ?? '';
  const xUserId = parseXUserId(ACCESS_TOKEN.exec(accessToken)?.[1] ?? '');
  if (!xUserId || form.get('user_id') !== xUserId) throw refused();
  if (!TOKEN_SECRET.test(accessTokenSecret) || !USERNAME.test(username)) throw refused();
  const credentials = {
    xUserId,
    accessToken: new Secret(accessToken),
    accessTokenSecret: new Secret(accessTokenSecret),
  };
  return { credentials, username };
}

const isRefusal = ({ status = 0 }: Reply): boolean =>
  status >= 400 && status < 500 && status !== 408 && status !== 429;

const refused = (): HeraldError =>
  new HeraldError('CREDENTIALS_INVALID', { message: 'X did not complete this sign-in. Start it again.' });

const unavailable = (): HeraldError =>
  new HeraldError('TEMPORARILY_UNAVAILABLE', {
    message: 'X cannot be asked right now. Try to sign in again.',
  });

/** A refusal here is about the application, never about the user, so it says what the operator should look at. */
const noRequestToken = (reply: Reply): HeraldError =>
  isRefusal(reply) || reply.status === 200
    ? new HeraldError('TEMPORARILY_UNAVAILABLE', {
        message: `X gave no request token (HTTP ${reply.status}). Check X_APP_KEY, X_APP_SECRET and the callback addresses of the X app.`,
      })
    : unavailable();
