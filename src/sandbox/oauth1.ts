import { createHmac, timingSafeEqual } from 'node:crypto';

/** A name and its value, decoded. */
export type Parameter = readonly [name: string, value: string];

/** The request as it was sent: what the signature's base string is made of (RFC 5849, section 3.4.1). */
export interface SentRequest {
  readonly method: string;
  readonly scheme: 'http' | 'https';
  /** The Host header, with its port when it has one. */
  readonly host: string;
  /** Path and query, undecoded. */
  readonly target: string;
  /** The body when it is a single-part form (RFC 5849, 3.4.1.3.1); JSON takes no part in the signature. */
  readonly form: string | undefined;
}

const ESCAPES = /[!'()*]/g;

/** RFC 5849, section 3.6: everything but unreserved characters, upper-case hex. */
export function percentEncode(text: string): string {
  return encodeURIComponent(text).replace(ESCAPES, (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`);
}

/** One parameter of the header: name and value encoded as section 3.5.1 demands, nothing left bare. */
const HEADER_PARAMETER = /^\s*((?:[\w.~-]|%[\dA-F]{2})+)="((?:[\w.~-]|%[\dA-F]{2})*)"\s*$/i;
/** The one quoted string that may hold a comma (RFC 5849, section 3.5.1); it is not signed. */
const REALM = /(?<=^|[,\s])realm="[^"]*"\s*(?:,|$)/i;

/** The parameters of an `Authorization: OAuth` header without `realm`; undefined when it is not one. */
export function parseAuthorization(header: string | undefined): Parameter[] | undefined {
  const match = /^OAuth\s+(.*)$/is.exec(header ?? '');
  if (match?.[1] === undefined) return undefined;
  const parameters: Parameter[] = [];
  for (const part of match[1].replace(REALM, '').split(',')) {
    const pair = HEADER_PARAMETER.exec(part);
    const [name, value] = [decode(pair?.[1]), decode(pair?.[2])];
    if (name === undefined || value === undefined) return undefined;
    parameters.push([name, value]);
  }
  return parameters;
}

function decode(text: string | undefined): string | undefined {
  try {
    return text === undefined ? undefined : decodeURIComponent(text);
  } catch {
    return undefined;
  }
}

/** RFC 5849, section 3.4.1.2: scheme and host in lower case, the port only when it is not the scheme's own. */
export function baseUri(request: SentRequest): string {
  const host = request.host.toLowerCase();
  const standardPort = request.scheme === 'https' ? ':443' : ':80';
  const authority = host.endsWith(standardPort) ? host.slice(0, -standardPort.length) : host;
  return `${request.scheme}://${authority}${request.target.split('?', 1)[0] ?? '/'}`;
}

/** Query and form parameters of the request, decoded as a form (`+` is a space). */
export function requestParameters(request: SentRequest): Parameter[] {
  const query = request.target.indexOf('?');
  const sources = [query < 0 ? '' : request.target.slice(query + 1), request.form ?? ''];
  return sources.flatMap((source) => [...new URLSearchParams(source)]);
}

/** RFC 5849, section 3.4.1.1. `parameters` are all of them: query, form and header, without `oauth_signature`. */
export function signatureBase(request: SentRequest, parameters: readonly Parameter[]): string {
  const encoded = parameters.map(([name, value]) => [percentEncode(name), percentEncode(value)] as const);
  encoded.sort((a, b) => compare(a[0], b[0]) || compare(a[1], b[1]));
  const normalised = encoded.map(([name, value]) => `${name}=${value}`).join('&');
  return [request.method.toUpperCase(), baseUri(request), normalised].map(percentEncode).join('&');
}

/** Percent-encoded text is ASCII, so code-unit order is the byte order that section 3.4.1.3.2 asks for. */
const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

/** RFC 5849, section 3.4.2: HMAC-SHA1 over the base string, base64. */
export function hmacSha1(base: string, consumerSecret: string, tokenSecret: string): string {
  const key = `${percentEncode(consumerSecret)}&${percentEncode(tokenSecret)}`;
  return createHmac('sha1', key).update(base).digest('base64');
}

/** Equality in constant time for texts of equal length. */
export function sameText(a: string, b: string): boolean {
  const [left, right] = [Buffer.from(a), Buffer.from(b)];
  return left.length === right.length && timingSafeEqual(left, right);
}
