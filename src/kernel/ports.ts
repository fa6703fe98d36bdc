import type { AccountId, PostId, UserId, XUserId } from './ids.ts';
import type { PostOrigin } from './post-requests.ts';
import type { LedgerPost, SealedCredential } from './posts.ts';
import type {
  ConnectXAccountInput,
  DeletedTweet,
  DeleteTweetInput,
  PostThreadInput,
  PostTweetInput,
  PreviewTweetInput,
  ResolveTweetInput,
  StartXConnectInput,
  TweetPreview,
  UploadTweetMediaInput,
  XAccount,
  XConnect,
  XMe,
  XMedia,
  XPost,
  XPostPage,
  XPostsInput,
} from './schema.generated.ts';
import type { Secret } from './secret.ts';
import type { XLimits } from './x.ts';

/*
 * What one room needs of another. Rooms never import each other: app.ts makes each room once and hands these over.
 */

/** The two sealed X credentials as they arrive in session variables: compact JWEs, not opened, not trusted. */
export interface SealedPair {
  readonly accessToken: string;
  readonly accessTokenSecret: string;
}

/** Who is asking, after the webhook secret and the role were checked. */
export interface Session {
  readonly userId: UserId;
  readonly role: string;
  /** `x-hasura-x-user-id`, where the session names the X account that the envelopes must belong to. */
  readonly xUserId: XUserId | undefined;
  readonly envelopes: SealedPair | undefined;
}

/** One X account's readable OAuth 1.0a credentials. They exist only inside the callback of {@link UseCredentials}. */
export interface XCredentials {
  readonly xUserId: XUserId;
  readonly accessToken: Secret<string>;
  readonly accessTokenSecret: Secret<string>;
  /** The connected account that they are of; absent for those of a session's envelopes. */
  readonly accountId?: AccountId;
  /** When the session's envelopes were sealed; absent for those of a connected account. */
  readonly sealedAt?: Date;
}

/**
 * Opens the session's envelopes and lends what was in them to `use`.
 * Throws `ACCOUNT_REQUIRED` without envelopes and `CREDENTIALS_INVALID` for every other cause; then `use` never ran.
 */
export type UseEnvelopes = <T>(
  session: Session,
  use: (credentials: XCredentials) => Promise<T>,
) => Promise<T>;

/**
 * Lends the credentials that a session posts with: those of the connected account that `accountId` names, or those of
 * its envelopes, or those of the user's default account.
 * Throws `ACCOUNT_REQUIRED`, `NOT_FOUND`, `ACCOUNT_NEEDS_RECONNECT`, `CREDENTIALS_INVALID`; then `use` never ran.
 */
export type UseCredentials = <T>(
  session: Session,
  accountId: string | null | undefined,
  use: (credentials: XCredentials) => Promise<T>,
) => Promise<T>;

/**
 * Lends the credentials that an accepted post is sent with: those of its connected account, or those kept with it.
 * Throws `CREDENTIALS_INVALID` when they are gone or do not open, `ACCOUNT_NEEDS_RECONNECT` while X refuses the account's.
 */
export type UsePostCredentials = <T>(
  post: Pick<LedgerPost, 'id' | 'userId' | 'xUserId' | 'accountId'>,
  kept: SealedCredential | undefined,
  use: (credentials: XCredentials) => Promise<T>,
) => Promise<T>;

/** What X's answers to a post say about the connected account that it was sent as. */
export interface AccountNotes {
  /** X answered 401: nothing more is sent as this account until it is connected again. */
  needsReconnect(credentials: XCredentials): Promise<void>;
  /** What X said about how many posts it leaves the account. Never throws. */
  limits(credentials: XCredentials, limits: XLimits): void;
}

/** Whose credentials are kept, and for what: nothing else opens them. */
export interface CredentialOwner {
  readonly postId: PostId;
  readonly userId: UserId;
  readonly xUserId: XUserId;
}

/** Credentials of an accepted post, sealed again so that the expiry of an envelope never strands it. */
export interface KeptCredentials {
  keep(credentials: XCredentials, owner: CredentialOwner): Promise<SealedCredential>;
  /** Lends what was kept to `use`. Throws `CREDENTIALS_INVALID` when there is nothing or it does not open. */
  use<T>(
    kept: SealedCredential | undefined,
    owner: CredentialOwner,
    use: (credentials: XCredentials) => Promise<T>,
  ): Promise<T>;
}

/** What a session may ask for: a method for each root field of the SDL. */
export interface Posting {
  postTweet(session: Session, input: PostTweetInput, origin?: PostOrigin): Promise<XPost>;
  postThread(session: Session, input: PostThreadInput, origin?: PostOrigin): Promise<XPost>;
  previewTweet(session: Session, input: PreviewTweetInput): Promise<TweetPreview>;
  deleteTweet(session: Session, input: DeleteTweetInput): Promise<DeletedTweet>;
  uploadTweetMedia(session: Session, input: UploadTweetMediaInput): Promise<XMedia>;
  /** The same for a file that comes as a stream. */
  uploadMediaStream(
    session: Session,
    stream: AsyncIterable<Uint8Array>,
    input: Pick<UploadTweetMediaInput, 'altText' | 'accountId'>,
  ): Promise<XMedia>;
  xMedia(session: Session, id: string): Promise<XMedia>;
  cancelTweet(session: Session, id: string): Promise<XPost>;
  retryTweet(session: Session, id: string): Promise<XPost>;
  resolveTweet(session: Session, input: ResolveTweetInput): Promise<XPost>;
  xMe(session: Session): Promise<XMe>;
  xPost(session: Session, id: string): Promise<XPost>;
  xPosts(session: Session, input: XPostsInput): Promise<XPostPage>;
}

/** What a session may ask for about its X accounts: a method for each root field of the SDL. */
export interface Accounts {
  startXConnect(session: Session, input: StartXConnectInput): Promise<XConnect>;
  connectXAccount(session: Session, input: ConnectXAccountInput): Promise<XAccount>;
  disconnectXAccount(session: Session, id: string): Promise<XAccount>;
  xAccounts(session: Session): Promise<XAccount[]>;
}
