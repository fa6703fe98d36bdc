import {
  HeraldError,
  type Log,
  type Meter,
  parseXUserId,
  Secret,
  type Session,
  type UseEnvelopes,
  type XCredentials,
  type XUserId,
} from '../kernel/index.ts';
import { EnvelopeRefusal, openEnvelope, purposes } from './envelope.ts';
import type { EnvelopeKey, Keyring } from './keyring.ts';

export interface OpenerNeeds {
  readonly keyring: Keyring;
  readonly log: Log;
  /** Counts opened and refused pairs by key, which shows when an old one is no longer used. */
  readonly meter?: Pick<Meter, 'envelope'>;
  readonly now?: () => Date;
}

const tokenShape = /^(\d{1,20})-[A-Za-z0-9]{10,80}$/;
const xSubject = /^twitter\|(\d{1,20})$/;

/**
 * Makes the function that opens a session's two envelopes and lends the credentials to a callback.
 * Throws `ACCOUNT_REQUIRED` without envelopes; every other cause is the same `CREDENTIALS_INVALID`, and its reason goes
 * to the log alone, so that nobody learns how far a forgery came. What the callback throws passes through untouched.
 */
export const createEnvelopeOpener = ({
  keyring,
  log,
  meter,
  now = () => new Date(),
}: OpenerNeeds): UseEnvelopes => {
  const open = async (session: Session): Promise<XCredentials> => {
    if (session.envelopes === undefined) throw new HeraldError('ACCOUNT_REQUIRED');
    try {
      const { credentials, kid } = await openPair(keyring, session, session.envelopes, now());
      meter?.envelope({ kid, result: 'opened' });
      return credentials;
    } catch (error) {
      const refusal = error instanceof EnvelopeRefusal ? error : new EnvelopeRefusal('unexpected');
      const known =
        refusal.kid !== undefined && keyring.envelopeKeys.has(refusal.kid) ? refusal.kid : undefined;
      meter?.envelope({ kid: known, result: 'refused' });
      log('warn', 'credentials_refused', { reason: refusal.reason, kid: refusal.kid });
      throw new HeraldError('CREDENTIALS_INVALID');
    }
  };
  return async (session, use) => use(await open(session));
};

type Envelopes = NonNullable<Session['envelopes']>;

const openPair = async (
  keyring: Keyring,
  session: Session,
  envelopes: Envelopes,
  now: Date,
): Promise<{ credentials: XCredentials; kid: string }> => {
  const subject: string = session.userId;
  if (subject === '') throw new EnvelopeRefusal('no user');
  const open = (envelope: unknown, purpose: string) =>
    openEnvelope(keyring, envelope, { purpose, subject, now });
  const [token, secret] = await Promise.all([
    open(envelopes.accessToken, purposes.accessToken),
    open(envelopes.accessTokenSecret, purposes.accessTokenSecret),
  ]);
  if (token.pair !== secret.pair) throw new EnvelopeRefusal('pair', token.key.kid);
  const credentials = {
    xUserId: bindToXUser(token.value, session, [token.key, secret.key]),
    accessToken: new Secret(token.value),
    accessTokenSecret: new Secret(secret.value),
    sealedAt: token.sealedAt < secret.sealedAt ? token.sealedAt : secret.sealedAt,
  };
  return { credentials, kid: token.key.kid };
};

/**
 * The X user whom the token names, who must be the one that the session names. Anyone can seal under a public key, so a
 * session that names no X user cannot use one.
 */
const bindToXUser = (token: string, session: Session, keys: readonly EnvelopeKey[]): XUserId => {
  const kid = keys[0]?.kid;
  const xUserId = parseXUserId(tokenShape.exec(token)?.[1] ?? '');
  if (xUserId === undefined) throw new EnvelopeRefusal('token shape', kid);
  const named = [xSubject.exec(session.userId)?.[1], session.xUserId].filter((id) => id !== undefined);
  const isUnbound = named.length === 0 && keys.some(({ alg }) => alg === 'ECDH-ES');
  if (isUnbound || named.some((id) => id !== xUserId)) throw new EnvelopeRefusal('x user', kid);
  return xUserId;
};
