import {
  HeraldError,
  parseXUserId,
  type SealedPair,
  Secret,
  type XCredentials,
  type XUserId,
} from '../kernel/index.ts';
import { decryptLegacy, deriveLegacyKey, type LegacyKey } from './legacy-cipher.ts';

/** Reads session credentials of the old Auth0 rule while users sign in anew. There is no way to make one. */
export interface LegacyReader {
  /** Whether both have that form: 60 to 220 lower-case hex digits. An envelope, which has dots, never has. */
  isLegacy(pair: SealedPair): boolean;
  /**
   * What the pair says. The format proves nothing: the caller must ask X whose credentials they are before anything is done
   * with them. Throws `CREDENTIALS_INVALID` for every cause, also when `xUserId` is given and the token names another.
   */
  open(pair: SealedPair, xUserId?: XUserId): XCredentials;
}

export interface LegacyNeeds {
  readonly password: Secret<string>;
  /** From this instant on nothing is opened. */
  readonly until: Date;
  readonly now?: () => Date;
  /** Called for every pair that was decrypted, whether or not it made sense. */
  readonly count: () => void;
}

const legacyForm = /^[0-9a-f]{60,220}$/;
const tokenShape = /^(\d{1,20})-[A-Za-z0-9]{20,80}$/;
const secretShape = /^[A-Za-z0-9]{30,110}$/;

export const createLegacyReader = ({
  password,
  until,
  count,
  now = () => new Date(),
}: LegacyNeeds): LegacyReader => {
  const key = deriveLegacyKey(password.reveal());
  const isLegacy = (pair: SealedPair) => hasForm(pair.accessToken) && hasForm(pair.accessTokenSecret);
  return {
    isLegacy,
    open: (pair, xUserId) => {
      if (!isLegacy(pair) || now() >= until) throw new HeraldError('CREDENTIALS_INVALID');
      count();
      return readPair(key, pair, xUserId);
    },
  };
};

/** `test` alone would read an array of one. */
const hasForm = (value: unknown): boolean => typeof value === 'string' && legacyForm.test(value);

const readPair = (key: LegacyKey, pair: SealedPair, expected: XUserId | undefined): XCredentials => {
  const accessToken = decryptText(key, pair.accessToken);
  const accessTokenSecret = decryptText(key, pair.accessTokenSecret);
  const xUserId = parseXUserId(tokenShape.exec(accessToken)?.[1] ?? '');
  const isOther = expected !== undefined && expected !== xUserId;
  if (xUserId === undefined || isOther || !secretShape.test(accessTokenSecret)) {
    throw new HeraldError('CREDENTIALS_INVALID');
  }
  return {
    xUserId,
    accessToken: new Secret(accessToken),
    accessTokenSecret: new Secret(accessTokenSecret),
  };
};

/** A character for each byte, so that no other bytes read as letters and digits. */
const decryptText = (key: LegacyKey, hex: string): string => {
  const bytes = decryptLegacy(key, hex);
  const text = bytes.toString('latin1');
  bytes.fill(0);
  return text;
};
