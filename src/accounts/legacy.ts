import {
  type Account,
  type AccountStore,
  HeraldError,
  type Log,
  parseUserId,
  type RevocationStore,
  type SealedPair,
  type Session,
  type UseEnvelopes,
  type UserId,
  type XClient,
  type XCredentials,
  type XSignedIn,
  type XUserId,
} from '../kernel/index.ts';
import { readUser } from './read-user.ts';
import type { SaveSignedIn } from './save.ts';

/** Reads the credentials that the old Auth0 rule put into sessions. It proves nothing about them. */
export interface LegacyReader {
  /** Throws `CREDENTIALS_INVALID`, also for what has another form. */
  open(envelopes: SealedPair, xUserId?: XUserId): XCredentials;
}

export interface LegacyTools {
  /** Absent: such sessions are read no more, and what they bring goes where envelopes go, to be refused. */
  readonly reader: LegacyReader | undefined;
  readonly accounts: Pick<AccountStore, 'accountOf'>;
  readonly revokedBefore: RevocationStore['revokedBefore'];
  readonly x: Pick<XClient, 'me'>;
  readonly save: SaveSignedIn;
  readonly log: Log;
  readonly now: () => Date;
}

/** Sessions whose user id is a handle and whose credentials are in the legacy format. */
export interface LegacySessions {
  /** Whether the session brought anything that is no envelope. A pair of one of each is refused here, by neither reader. */
  includes(session: Session): boolean;
  readonly use: UseEnvelopes;
  /** Connects the account under the user id that it has from now on, `twitter|<id>`. */
  connect(session: Session): Promise<Account>;
}

const MOST_REMEMBERED = 10_000;
/** The format tells no time, so whatever was revoked at any time was revoked after it. */
const AT_SOME_TIME = new Date(0);

export const createLegacySessions = (tools: LegacyTools): LegacySessions => {
  /** By user id and X user id; only what was proven or is being proven. */
  const proofs = new Map<string, Promise<void>>();

  const proveOnce = (session: Session, credentials: XCredentials): Promise<void> => {
    const key = JSON.stringify([session.userId, credentials.xUserId]);
    const known = proofs.get(key);
    if (known !== undefined) return known;
    if (proofs.size >= MOST_REMEMBERED) proofs.clear();
    const proof = proveAndConnect(tools, session, credentials);
    proofs.set(key, proof);
    proof.catch(() => proofs.delete(key));
    return proof;
  };

  return {
    includes: ({ envelopes }) =>
      tools.reader !== undefined && envelopes !== undefined && !isPairOfEnvelopes(envelopes),
    use: async (session, use) => {
      const credentials = await open(tools, session);
      await proveOnce(session, credentials);
      return use(credentials);
    },
    connect: async (session) => {
      const signedIn = await prove(tools, session, await open(tools, session));
      return tools.save(ownerOf(signedIn.credentials), signedIn);
    },
  };
};

/** A compact JWE has dots, and the legacy format has none. */
const isPairOfEnvelopes = ({ accessToken, accessTokenSecret }: SealedPair): boolean =>
  accessToken.includes('.') && accessTokenSecret.includes('.');

const ownerOf = ({ xUserId }: XCredentials): UserId => {
  const userId = parseUserId(`twitter|${xUserId}`);
  if (userId === undefined) throw new Error('An X user id makes no user id.');
  return userId;
};

const open = async (
  { reader, revokedBefore, log }: LegacyTools,
  { envelopes, xUserId }: Session,
): Promise<XCredentials> => {
  if (reader === undefined || envelopes === undefined) throw new HeraldError('ACCOUNT_REQUIRED');
  const credentials = { ...read(reader, envelopes, xUserId, log), sealedAt: AT_SOME_TIME };
  if ((await revokedBefore(ownerOf(credentials))) !== undefined) throw refused(log, 'legacy revoked');
  return credentials;
};

const read = (
  reader: LegacyReader,
  envelopes: SealedPair,
  xUserId: XUserId | undefined,
  log: Log,
): XCredentials => {
  try {
    return reader.open(envelopes, xUserId);
  } catch (error) {
    throw error instanceof HeraldError ? refused(log, 'legacy format') : error;
  }
};

/** The format authenticates nothing: only X can say that the credentials are of the handle which the session is of. */
const prove = async (
  { x, log, now }: LegacyTools,
  { userId }: Session,
  credentials: XCredentials,
): Promise<XSignedIn> => {
  const { username } = await readUser(x, credentials, now());
  if (username.toLowerCase() !== userId.toLowerCase()) throw refused(log, 'legacy handle');
  return { credentials, username };
};

/** On first use; an account that was disconnected since stays so. */
const proveAndConnect = async (
  tools: LegacyTools,
  session: Session,
  credentials: XCredentials,
): Promise<void> => {
  const signedIn = await prove(tools, session, credentials);
  const owner = ownerOf(credentials);
  if ((await tools.accounts.accountOf(owner, credentials.xUserId)) === undefined)
    await tools.save(owner, signedIn);
};

const refused = (log: Log, reason: string): HeraldError => {
  log('warn', 'credentials_refused', { reason });
  return new HeraldError('CREDENTIALS_INVALID');
};
