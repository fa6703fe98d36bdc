/*
 * An Auth0 Action for the trigger post-login: puts the user's X credentials, sealed for Herald, into access tokens for the
 * API that Hasura trusts, and into no others. docs/auth0.md says how to install it. Dependency: jose 5 (CommonJS).
 *
 * Secrets of the Action:
 *   HERALD_AUDIENCE       identifier of the API whose access tokens go to Hasura
 *   AUTH0_DOMAIN          the tenant's own domain, not a custom one, e.g. example.eu.auth0.com
 *   AUTH0_CLIENT_ID       of the machine-to-machine application that may read:users and read:user_idp_tokens
 *   AUTH0_CLIENT_SECRET
 *   HERALD_PUBLIC_KEY     the public half of Herald's ECDH-ES key, a JWK with its kid
 *   ACCESS_TOKEN_SECONDS  the API's access token lifetime, 60 to 86400
 */
const { randomUUID } = require('node:crypto');
const { EncryptJWT, importJWK } = require('jose');

const claimsNamespace = 'https://hasura.io/jwt/claims';
/** The role in Hasura of everybody who signs in with X. */
const role = 'user';
const requestTimeoutMs = 5_000;
const longestLogLine = 120;
/** Auth0 keeps nothing longer than a day. */
const longestCacheMs = 24 * 3_600_000;
const scopes = ['read:users', 'read:user_idp_tokens'];

/** Why a sign-in is refused, in words for the tenant's log: no secret, and nothing of what Auth0 or X answered. */
class Refusal extends Error {}

exports.onExecutePostLogin = async (event, api) => {
  const audience = event.secrets.HERALD_AUDIENCE;
  if (!audience) return log('HERALD_AUDIENCE is not set, so no access token gets credentials.');
  if (event.resource_server?.identifier !== audience) return;
  try {
    const settings = readSettings(event.secrets);
    const xUserId = findXUserId(event.user);
    const identities = await readIdentities(settings, event.user.user_id, api.cache);
    const credentials = takeCredentials(identities, xUserId);
    api.accessToken.setCustomClaim(claimsNamespace, await sealClaims(settings, xUserId, credentials));
  } catch (error) {
    log(error instanceof Refusal ? error.message : `unexpected ${error?.name}`);
    api.access.deny('Sign-in with X could not be completed.');
  }
};

const log = (sentence) => console.log(`herald: ${sentence}`.slice(0, longestLogLine));

const readSettings = (secrets) => {
  const need = (name, shape) => {
    if (shape.test(secrets[name] ?? '')) return secrets[name];
    throw new Refusal(`the secret ${name} is missing or malformed`);
  };
  const seconds = Number(need('ACCESS_TOKEN_SECONDS', /^\d{2,5}$/));
  if (seconds < 60 || seconds > 86_400) throw new Refusal('ACCESS_TOKEN_SECONDS must be 60 to 86400');
  return {
    domain: need('AUTH0_DOMAIN', /^[a-z0-9-]+(\.[a-z0-9-]+)+$/),
    clientId: need('AUTH0_CLIENT_ID', /./),
    clientSecret: need('AUTH0_CLIENT_SECRET', /./),
    publicKey: readPublicKey(need('HERALD_PUBLIC_KEY', /./)),
    accessTokenSeconds: seconds,
  };
};

const readPublicKey = (text) => {
  const jwk = parse(text) ?? {};
  if ('d' in jwk || 'k' in jwk)
    throw new Refusal('HERALD_PUBLIC_KEY holds a private key: retire it and paste a public one');
  const { kty, crv, x, y, kid } = jwk;
  const isPoint = kty === 'EC' && crv === 'P-256' && typeof x === 'string' && typeof y === 'string';
  if (!isPoint || typeof kid !== 'string' || kid === '')
    throw new Refusal('HERALD_PUBLIC_KEY is no P-256 public JWK with a kid');
  return { kid, jwk: { kty, crv, x, y } };
};

const parse = (text) => {
  try {
    return JSON.parse(text);
  } catch {
    return undefined; // The parser's own message quotes what it read.
  }
};

/** The X account that signed in; where another identity is the primary one, the only X account linked to it. */
const findXUserId = (user) => {
  const primary = /^twitter\|(\d{1,20})$/.exec(user.user_id)?.[1];
  if (primary !== undefined) return primary;
  const linked = (user.identities ?? []).filter(({ provider }) => provider === 'twitter');
  const id = String(linked[0]?.user_id);
  if (linked.length === 1 && /^\d{1,20}$/.test(id)) return id;
  throw new Refusal(`the user has ${linked.length} linked X accounts and did not sign in with one`);
};

/** The user's identities with the tokens of each. A cached management token that is no longer taken is replaced once. */
const readIdentities = async (settings, userId, cache) => {
  const url = `https://${settings.domain}/api/v2/users/${encodeURIComponent(userId)}?fields=identities`;
  const read = (token) => request(url, { headers: { authorization: `Bearer ${token}` } });
  const cached = cache.get(cacheKey(settings))?.value;
  const first = cached === undefined ? undefined : await read(cached);
  const response =
    first === undefined || first.status === 401
      ? await read(await getManagementToken(settings, cache))
      : first;
  const { identities } = await readJson(response, 'user');
  if (!Array.isArray(identities)) throw new Refusal('user: no identities in the answer');
  return identities;
};

const cacheKey = ({ clientId }) => `herald-management-token-${clientId}`;

const getManagementToken = async (settings, cache) => {
  const response = await request(`https://${settings.domain}/oauth/token`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({
      grant_type: 'client_credentials',
      client_id: settings.clientId,
      client_secret: settings.clientSecret,
      audience: `https://${settings.domain}/api/v2/`,
    }),
  });
  const { access_token: token, expires_in: seconds, scope } = await readJson(response, 'management token');
  if (typeof token !== 'string' || token === '')
    throw new Refusal('management token: no token in the answer');
  const lacking = scopes.filter(
    (name) =>
      !String(scope ?? scopes.join(' '))
        .split(' ')
        .includes(name),
  );
  if (lacking.length > 0) throw new Refusal(`management token: grant the scope ${lacking.join(' ')}`);
  const ttl = Math.min((Number(seconds) - 300) * 1_000, longestCacheMs);
  if (ttl > 0) cache.set(cacheKey(settings), token, { ttl });
  return token;
};

const request = async (url, options) => {
  try {
    const signal = AbortSignal.timeout(requestTimeoutMs);
    return await fetch(url, { ...options, redirect: 'error', signal });
  } catch (error) {
    throw new Refusal(`${new URL(url).pathname.split('/').slice(0, 4).join('/')}: ${error?.name}`);
  }
};

const readJson = async (response, what) => {
  if (!response.ok) throw new Refusal(`${what}: HTTP ${response.status}`);
  const body = await response.json().catch((error) => {
    throw new Refusal(`${what}: unreadable answer (${error?.name})`);
  });
  return body ?? {};
};

/** The tokens of exactly this X account, whatever else is linked and in whichever order. */
const takeCredentials = (identities, xUserId) => {
  const identity = identities.find(
    ({ provider, user_id: id }) => provider === 'twitter' && String(id) === xUserId,
  );
  if (identity === undefined) throw new Refusal('the user has no identity of this X account');
  const { access_token: token, access_token_secret: secret } = identity;
  if (!token && !secret)
    throw new Refusal('no X tokens in identities: is Token Vault on, or read:user_idp_tokens missing?');
  if (!secret) throw new Refusal('the X connection gives OAuth 2.0 tokens; Herald needs OAuth 1.0a');
  if (!token?.startsWith?.(`${xUserId}-`)) throw new Refusal('the access token is of another X account');
  return { token, secret };
};

/** Hasura refuses a token with a claim in the namespace that is no string, except the allowed roles. */
const sealClaims = async (settings, xUserId, credentials) => {
  const userId = `twitter|${xUserId}`;
  const seal = await makeSealer(settings, userId);
  return {
    'x-hasura-allowed-roles': [role],
    'x-hasura-default-role': role,
    'x-hasura-user-id': userId,
    'x-hasura-x-user-id': xUserId,
    'x-hasura-access-token': await seal('x.access_token', credentials.token),
    'x-hasura-access-token-secret': await seal('x.access_token_secret', credentials.secret),
  };
};

/** What docs/envelope.md says: sealed to Herald's public key, for this user, as a pair, an hour longer than the token. */
const makeSealer = async ({ domain, publicKey, accessTokenSeconds }, userId) => {
  const key = await importJWK(publicKey.jwk, 'ECDH-ES');
  const pair = randomUUID();
  const now = Math.floor(Date.now() / 1_000);
  return (purpose, value) =>
    new EncryptJWT({ pur: purpose, pair, v: value })
      .setProtectedHeader({ alg: 'ECDH-ES', enc: 'A256GCM', kid: publicKey.kid, typ: 'herald+jwt' })
      .setIssuer(`https://${domain}/`)
      .setAudience('herald')
      .setSubject(userId)
      .setIssuedAt(now)
      .setExpirationTime(now + accessTokenSeconds + 3_600)
      .encrypt(key);
};
