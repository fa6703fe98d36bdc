import { randomBytes } from 'node:crypto';
import { EngineError } from './engine-error.ts';
import type { HeaderMetadata } from './metadata.ts';

/** Headers in the order in which they came or go; names in any case. */
export type Headers = readonly (readonly [name: string, value: string])[];

/** The engine's environment: what `value_from_env` and `{{NAME}}` read. */
export type Environment = Readonly<Record<string, string | undefined>>;

export const defaultHeaders: Headers = [
  ['Content-Type', 'application/json'],
  ['User-Agent', 'hasura-graphql-engine/v2.48.0'],
];

/** What of a client's request is never forwarded, besides session variables (commonClientHeadersIgnored). */
const ignoredByDefault: readonly string[] = [
  'content-length',
  'content-md5',
  'user-agent',
  'host',
  'origin',
  'referer',
  'accept',
  'accept-encoding',
  'accept-language',
  'accept-datetime',
  'cache-control',
  'connection',
  'dnt',
  'content-type',
];

/** The pairs of Node's `rawHeaders`. */
export const pairHeaders = (raw: readonly string[]): Headers =>
  raw.flatMap((name, index) => (index % 2 === 0 ? [[name, raw[index + 1] ?? ''] as const] : []));

/** The last value of a header, as the engine's map of headers has it. */
export const headerValue = (headers: Headers, name: string): string | undefined =>
  headers.findLast(([other]) => other.toLowerCase() === name)?.[1];

/** What `forward_client_headers: true` adds. A list in the metadata takes the place of the engine's own. */
export const clientHeaders = (headers: Headers, ignored = ignoredByDefault): Headers => {
  const dropped = new Set(ignored.map((name) => name.toLowerCase()));
  const kept = headers.filter(([name]) => {
    const lower = name.toLowerCase();
    return !dropped.has(lower) && !lower.startsWith('x-hasura-');
  });
  const origins = (['Host', 'User-Agent', 'Origin'] as const).flatMap((name) => {
    const value = headerValue(headers, name.toLowerCase());
    return value === undefined ? [] : [[`X-Forwarded-${name}`, value] as const];
  });
  return [...kept, ...origins];
};

/** Of headers with the same name the first stays. */
export const firstOfEach = (headers: Headers): Headers => {
  const seen = new Set<string>();
  return headers.filter(([name]) => {
    const lower = name.toLowerCase();
    if (seen.has(lower)) return false;
    seen.add(lower);
    return true;
  });
};

/** B3 headers: a new span in the client's trace, or in one of its own. */
export const traceHeaders = (client: Headers): Headers => {
  const traceId = headerValue(client, 'x-b3-traceid') ?? randomBytes(16).toString('hex');
  const parent = headerValue(client, 'x-b3-spanid');
  return [
    ['X-B3-TraceId', traceId],
    ['X-B3-SpanId', randomBytes(8).toString('hex')],
    ...(parent === undefined ? [] : ([['X-B3-ParentSpanId', parent]] as const)),
    ['X-B3-Sampled', headerValue(client, 'x-b3-sampled') ?? '1'],
  ];
};

/** The configured headers; the last of several with one name. Throws when the environment lacks a variable. */
export const configuredHeaders = (
  headers: readonly HeaderMetadata[] = [],
  environment: Environment,
): Headers => {
  const values = new Map<string, readonly [string, string]>();
  for (const { name, value, value_from_env } of headers) {
    const text = value_from_env === undefined ? value : environment[value_from_env];
    if (text === undefined) throw missingVariable(value_from_env ?? name);
    values.set(name.toLowerCase(), [name, text]);
  }
  return [...values.values()];
};

/** `{{NAME}}` replaced by the environment's variable. Throws when there is none. */
export const fillTemplate = (text: string, environment: Environment): string =>
  text.replaceAll(/\{\{\s*(\w+)\s*\}\}/g, (_match, name: string) => {
    const value = environment[name];
    if (value === undefined) throw missingVariable(name);
    return value;
  });

const missingVariable = (name: string): EngineError =>
  new EngineError(`environment variable '${name}' not set`, 'not-found');
