import {
  hmacSha1,
  type Parameter,
  parseAuthorization,
  requestParameters,
  type SentRequest,
  sameText,
  signatureBase,
} from './oauth1.ts';

/** Why a request was refused; `timestamp` is X's error 135. */
export type Refusal = 'unsigned' | 'consumer' | 'token' | 'signature' | 'timestamp' | 'nonce';

/** A verified request: its `oauth_token` (absent for request_token) and every parameter it carried, once each. */
export interface Verified {
  readonly token: string | undefined;
  readonly parameters: readonly Parameter[];
}

export interface VerifierOptions {
  readonly appKey: string;
  readonly appSecret: string;
  /** Milliseconds since 1970. */
  readonly now: () => number;
}

export interface Verification extends SentRequest {
  readonly authorization: string | undefined;
  /** The secret of an `oauth_token`; undefined refuses it. Without a token (request_token) it is asked with ''. */
  readonly secretOf: (token: string) => string | undefined;
}

/** How far a client's clock may be off, either way. */
const TOLERANCE_MS = 5 * 60_000;

const ONCE = [
  'oauth_consumer_key',
  'oauth_nonce',
  'oauth_timestamp',
  'oauth_signature',
  'oauth_signature_method',
];

/**
 * Verifies OAuth 1.0a requests as RFC 5849 section 3.2 asks: the signature over the request as it was sent, then the
 * timestamp, then that the nonce is new. A nonce counts as used only once its signature was good, so that nobody can
 * use up somebody else's.
 */
export function makeVerifier({
  appKey,
  appSecret,
  now,
}: VerifierOptions): (v: Verification) => Verified | Refusal {
  const isNew = makeNonces(now);
  return (request) => {
    const header = parseAuthorization(request.authorization);
    const oauth = readOauth(header);
    if (!header || !oauth) return 'unsigned';
    if (!sameText(oauth.consumer, appKey)) return 'consumer';
    const tokenSecret = request.secretOf(oauth.token ?? '');
    if (tokenSecret === undefined) return 'token';

    const signed = [
      ...header.filter(([name]) => name !== 'oauth_signature'),
      ...bodyParameters(request, oauth.token),
    ];
    if (hasTwice(signed)) return 'signature';
    const expected = hmacSha1(signatureBase(request, signed), appSecret, tokenSecret);
    if (!sameText(oauth.signature, expected)) return 'signature';

    if (Math.abs(now() - oauth.timestampMs) > TOLERANCE_MS) return 'timestamp';
    if (!isNew(`${oauth.token ?? ''} ${oauth.nonce}`)) return 'nonce';
    return { token: oauth.token, parameters: signed };
  };
}

interface OauthFields {
  readonly consumer: string;
  readonly token: string | undefined;
  readonly signature: string;
  readonly nonce: string;
  readonly timestampMs: number;
}

/** The protocol parameters of the header, each exactly once and well formed (RFC 5849, section 3.1). */
function readOauth(header: Parameter[] | undefined): OauthFields | undefined {
  const fields = new Map(header);
  if (!header || fields.size !== header.length) return undefined;
  if (ONCE.some((name) => !fields.get(name))) return undefined;
  if (fields.get('oauth_signature_method') !== 'HMAC-SHA1') return undefined;
  if ((fields.get('oauth_version') ?? '1.0') !== '1.0') return undefined;
  const timestamp = fields.get('oauth_timestamp') ?? '';
  if (!/^[1-9]\d{0,10}$/.test(timestamp)) return undefined;
  return {
    consumer: fields.get('oauth_consumer_key') ?? '',
    token: fields.get('oauth_token') || undefined,
    signature: fields.get('oauth_signature') ?? '',
    nonce: fields.get('oauth_nonce') ?? '',
    timestampMs: Number(timestamp) * 1000,
  };
}

/**
 * twitter-api-v2 sends the request token of `oauth/access_token` in the header and in the form but signs it once, and X
 * takes that. Only there, and only when both say the same, the form's copy is left out.
 */
function bodyParameters(request: SentRequest, token: string | undefined): Parameter[] {
  const parameters = requestParameters(request);
  if (request.target.split('?', 1)[0] !== '/oauth/access_token') return parameters;
  return parameters.filter(([name, value]) => !(name === 'oauth_token' && value === token));
}

/** RFC 5849, section 3.1: a protocol parameter must not appear more than once in a request. */
function hasTwice(parameters: readonly Parameter[]): boolean {
  const names = parameters.map(([name]) => name).filter((name) => name.startsWith('oauth_'));
  return new Set(names).size !== names.length;
}

/** Remembers nonces for as long as their timestamp could pass: two generations of twice the tolerance. */
function makeNonces(now: () => number): (nonce: string) => boolean {
  let current = new Set<string>();
  let previous = new Set<string>();
  let since = now();
  return (nonce) => {
    if (now() - since > 2 * TOLERANCE_MS) {
      [previous, current, since] = [current, new Set(), now()];
    }
    if (current.has(nonce) || previous.has(nonce)) return false;
    current.add(nonce);
    return true;
  };
}
