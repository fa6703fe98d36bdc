import { createHash, randomBytes } from 'node:crypto';
import {
  parseXUserId,
  type RestSeal,
  Secret,
  type SingleUseKind,
  type SingleUseStore,
  type UserId,
  type XSignedIn,
} from '../kernel/index.ts';

/** How long each step of a journey to X and back may take, in milliseconds. */
export const LIFETIME_MS = 600_000;

/** Why a browser goes to X. */
export type Journey = ConnectJourney | { readonly purpose: 'sign_in'; readonly uid: string };

export interface ConnectJourney {
  readonly purpose: 'connect';
  /** Who asked, and the only one who can use the code that comes of it. */
  readonly userId: UserId;
  readonly returnTo: string;
  /** In lower case, without the at sign. */
  readonly expectedUsername?: string | undefined;
}

/** A browser that is at X. */
export interface Underway {
  readonly journey: Journey;
  readonly requestTokenSecret: string;
}

/** An account that its user consented to, readable. */
export interface Consent {
  readonly xUserId: string;
  readonly username: string;
  readonly accessToken: string;
  readonly accessTokenSecret: string;
}

/** What is kept under each kind of token. */
interface Kept {
  readonly ticket: Journey;
  readonly request_token: Underway;
  readonly code: Consent;
}

/** Values that can be taken once, within ten minutes, by whoever has the token and is who they are bound to. */
export interface SingleUse {
  /** Keeps a value under a new token and gives the token: 43 base64url characters. */
  issue<K extends SingleUseKind>(kind: K, boundTo: string, value: Kept[K]): Promise<string>;
  /** Keeps a value under a token that somebody else made. */
  keep<K extends SingleUseKind>(kind: K, token: string, boundTo: string, value: Kept[K]): Promise<void>;
  /** Undefined for a token that is unknown, used or over, or bound to somebody else: then it stays. */
  take<K extends SingleUseKind>(kind: K, token: string, boundTo: string): Promise<Kept[K] | undefined>;
}

/** 32 random bytes as 43 base64url characters. */
export const newToken = (): string => randomBytes(32).toString('base64url');

/** SHA-256 in lower-case hex: all that a store sees of a token. */
export const digestOf = (token: string): string => createHash('sha256').update(token).digest('hex');

/** The database holds digests and sealed values, so a copy of it is worth nothing to whoever has no token and no key. */
export const createSingleUse = (store: SingleUseStore, seal: RestSeal): SingleUse => {
  const keep: SingleUse['keep'] = async (kind, token, boundTo, value) => {
    const id = digestOf(token);
    const sealed = await seal.seal(JSON.stringify(value), ['single_use', kind, id, boundTo]);
    await store.put({ kind, id, boundTo, value: sealed, lifetimeMs: LIFETIME_MS });
  };
  return {
    keep,
    issue: async (kind, boundTo, value) => {
      const token = newToken();
      await keep(kind, token, boundTo, value);
      return token;
    },
    take: async <K extends SingleUseKind>(kind: K, token: string, boundTo: string) => {
      const id = digestOf(token);
      const taken = await store.take(kind, id, boundTo);
      if (taken === undefined) return undefined;
      // What no longer opens, because its key was retired meanwhile, is as good as over.
      const opened = await seal.open(taken, ['single_use', kind, id, boundTo]).catch(() => undefined);
      if (opened === undefined) return undefined;
      const value = JSON.parse(opened.toString('utf8')) as Kept[K];
      opened.fill(0);
      return value;
    },
  };
};

/** An account as it is sealed into a code. */
export const toConsent = ({ credentials, username }: XSignedIn): Consent => ({
  xUserId: credentials.xUserId,
  username,
  accessToken: credentials.accessToken.reveal(),
  accessTokenSecret: credentials.accessTokenSecret.reveal(),
});

/** The account that was sealed into a code. */
export const fromConsent = (consent: Consent): XSignedIn => {
  const xUserId = parseXUserId(consent.xUserId);
  if (xUserId === undefined) throw new Error('A code was sealed without an X user.');
  const [accessToken, accessTokenSecret] = [
    new Secret(consent.accessToken),
    new Secret(consent.accessTokenSecret),
  ];
  return { credentials: { xUserId, accessToken, accessTokenSecret }, username: consent.username };
};
