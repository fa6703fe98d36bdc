import { isIP } from 'node:net';
import { isLoopback } from '../kernel/index.ts';
import type { Problems, Reader } from './read.ts';

/** An application whose users sign in or connect accounts. Public: it has no secret (RFC 6749, section 2.1). */
export interface Client {
  readonly id: string;
  /** Where browsers may be sent back to; compared as strings, for loopback with any port (RFC 8252, section 7.3). */
  readonly redirectUris: readonly string[];
  /** The `aud` of its access tokens. */
  readonly audience: string;
}

export interface SignInConfig {
  /** Where browsers reach Herald; undefined: where it listens, on loopback. */
  readonly publicUrl: URL | undefined;
  readonly clients: readonly Client[];
  /** The path of the operator's module. */
  readonly claimsHook: string | undefined;
  /** Addresses or CIDR ranges whose `X-Forwarded-For` is believed. */
  readonly trustedProxies: readonly string[];
  /** Until when sessions of the old Auth0 rule are read; undefined: never. */
  readonly legacyReadUntil: Date | undefined;
}

const DEVELOPMENT_CLIENTS: readonly Client[] = [
  {
    id: 'herald-dev',
    redirectUris: ['http://127.0.0.1/callback', 'http://localhost/callback'],
    audience: 'herald-dev',
  },
];

export const readSignIn = (
  reader: Reader,
  problems: Problems,
  { production, publicUrl }: { production: boolean; publicUrl: URL | undefined },
): SignInConfig => {
  if (publicUrl !== undefined && !isProtectedOrigin(publicUrl)) {
    problems.add('HERALD_PUBLIC_URL', 'must be https: sign-in codes and cookies must not travel in clear.');
  }
  return {
    publicUrl,
    clients: readClients(reader, problems) ?? (production ? [] : DEVELOPMENT_CLIENTS),
    claimsHook: reader.text('HERALD_CLAIMS_HOOK'),
    trustedProxies: readProxies(reader, problems),
    legacyReadUntil: readLegacyDate(reader, problems),
  };
};

const readClients = (reader: Reader, problems: Problems): readonly Client[] | undefined => {
  const json = reader.text('HERALD_CLIENTS');
  if (json === undefined) return undefined;
  const entries = parseArray(json);
  if (entries === undefined) {
    problems.add('HERALD_CLIENTS', 'must be JSON: [{"id": "...", "redirectUris": ["..."]}].');
    return [];
  }
  const clients = entries.map((entry, index) => readClient(entry, index, problems));
  for (const { id } of clients) {
    if (clients.filter((client) => client.id === id).length > 1) {
      problems.add('HERALD_CLIENTS', `${id} is there twice.`);
      break;
    }
  }
  return clients;
};

const parseArray = (json: string): readonly unknown[] | undefined => {
  try {
    const parsed: unknown = JSON.parse(json);
    return Array.isArray(parsed) ? parsed : undefined;
  } catch {
    return undefined;
  }
};

const readClient = (entry: unknown, index: number, problems: Problems): Client => {
  const { id, redirectUris, audience, ...others } = (entry ?? {}) as Record<string, unknown>;
  const name = `client number ${index + 1}`;
  const complain = (sentence: string): void => problems.add('HERALD_CLIENTS', sentence);
  const isSound = typeof id === 'string' && /^[\w.-]{1,64}$/.test(id);
  if (!isSound) complain(`${name} needs an id of 1 to 64 letters, digits, dots, hyphens and underscores.`);
  for (const other of Object.keys(others)) complain(`${name}: nothing reads ${other.slice(0, 40)}.`);
  const uris = Array.isArray(redirectUris) ? redirectUris : [];
  if (uris.length === 0) complain(`${name} needs redirectUris, an array of addresses.`);
  for (const uri of uris) {
    if (!isRedirectUri(uri)) {
      complain(
        `${name}: ${String(uri).slice(0, 80)} must be https, http on loopback, or a scheme with a dot in it; without fragment and user.`,
      );
    }
  }
  if (audience !== undefined && (typeof audience !== 'string' || audience === ''))
    complain(`${name}: audience must be text.`);
  return {
    id: isSound ? id : name,
    redirectUris: uris.filter((uri) => typeof uri === 'string'),
    audience: typeof audience === 'string' && audience !== '' ? audience : String(id),
  };
};

/** RFC 8252: claimed https, loopback http, or a private-use scheme, which is a reversed domain name. */
const isRedirectUri = (value: unknown): boolean => {
  if (typeof value !== 'string' || !URL.canParse(value) || /[#\s\\]/.test(value)) return false;
  const url = new URL(value);
  if (url.username !== '' || url.password !== '') return false;
  if (url.protocol === 'https:') return true;
  return url.protocol === 'http:'
    ? isLoopbackRedirect(url)
    : /^[a-z][a-z0-9+-]*\.[a-z0-9.+-]+:$/.test(url.protocol);
};

/** Of 127.0.0.0/8 only the one that every system has (RFC 8252, section 7.3). */
const isLoopbackRedirect = ({ hostname }: URL): boolean =>
  isLoopback({ hostname }) && (!hostname.startsWith('127.') || hostname === '127.0.0.1');

const isProtectedOrigin = (url: URL): boolean => url.protocol === 'https:' || isLoopback(url);

const readProxies = (reader: Reader, problems: Problems): readonly string[] => {
  const proxies = reader.list('HERALD_TRUSTED_PROXIES', []);
  for (const proxy of proxies.filter((entry) => !isRange(entry)))
    problems.add(
      'HERALD_TRUSTED_PROXIES',
      `${proxy.slice(0, 60)} is no IP address and no CIDR range of them.`,
    );
  return proxies;
};

/** An address, or one with the length of a prefix behind it. A prefix of 0 would believe everybody. */
const isRange = (text: string): boolean => {
  const [, address = '', prefix] = /^([^/]+)(?:\/([1-9]\d{0,2}))?$/.exec(text) ?? [];
  return isIP(address) !== 0 && Number(prefix ?? 1) <= (isIP(address) === 4 ? 32 : 128);
};

const DAY_MS = 86_400_000;
const LONGEST_LEGACY_DAYS = 90;

/** Reading the old format is a way out of it, so it ends by itself. */
const readLegacyDate = (reader: Reader, problems: Problems): Date | undefined => {
  const value = reader.text('HERALD_LEGACY_READ_UNTIL');
  const password = reader.text('HERALD_LEGACY_PASSWORD');
  if (value === undefined && password === undefined) return undefined;
  if (value === undefined || password === undefined) {
    problems.add(
      value === undefined ? 'HERALD_LEGACY_READ_UNTIL' : 'HERALD_LEGACY_PASSWORD',
      'is needed beside the other one to read sessions of the old Auth0 rule.',
    );
    return undefined;
  }
  const until = /^\d{4}-\d\d-\d\d$/.test(value) ? new Date(`${value}T00:00:00Z`) : new Date(Number.NaN);
  const days = (until.getTime() - Date.now()) / DAY_MS;
  if (Number.isNaN(days) || until.toISOString().slice(0, 10) !== value) {
    problems.add('HERALD_LEGACY_READ_UNTIL', 'must be a date such as 2027-01-31.');
  } else if (days <= 0) {
    problems.add('HERALD_LEGACY_READ_UNTIL', 'is over. Unset it and HERALD_LEGACY_PASSWORD.');
  } else if (days > LONGEST_LEGACY_DAYS) {
    problems.add('HERALD_LEGACY_READ_UNTIL', `must be at most ${LONGEST_LEGACY_DAYS} days ahead.`);
  }
  return until;
};
