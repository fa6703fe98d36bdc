export type Maybe<T> = T | null;
export type InputMaybe<T> = T | null | undefined;
/** All built-in and custom scalars, mapped to their actual values */
export type Scalars = {
  ID: { input: string; output: string; }
  String: { input: string; output: string; }
  Boolean: { input: boolean; output: boolean; }
  Int: { input: number; output: number; }
  Float: { input: number; output: number; }
  /** An instant in ISO 8601 with a zone, e.g. `2026-11-22T09:30:00.000Z`. */
  DateTime: { input: string; output: string; }
};

export type ConnectXAccountInput = {
  /** What the browser brought back. It works once, for ten minutes, and for the user who called startXConnect only. */
  code?: InputMaybe<Scalars['String']['input']>;
};

export type Mutation = {
  /** Cancels what was not sent yet. A post of which nothing waits is STATE_CONFLICT. */
  cancelTweet: XPost;
  /** Stores the X account that the caller has just consented to at X, or, without a code, the one of the session's credentials. Connecting it again renews its credentials. */
  connectXAccount: XAccount;
  /** Cancels the open posts of a connected account, revokes its credentials at X and destroys Herald's copy of them. */
  disconnectXAccount: XAccount;
  /** Posts one tweet as the X account of the session. Sending it again with the same idempotency key, or the same input within two minutes without one, gives the same post and never a second tweet. */
  postTweet: XPost;
  /** Decides a post that is in doubt: IT_IS_THERE while it is UNKNOWN or NEEDS_REVIEW, SEND_IT and GIVE_UP once it is NEEDS_REVIEW. */
  resolveTweet: XPost;
  /** Sends the failed or cancelled parts of a post again, with the caller's credentials, which must be of the same X account. */
  retryTweet: XPost;
  /** Begins to connect an X account: send the browser to `url`. X asks its user for consent, and the browser comes back to `returnTo` with a `code` for connectXAccount, or with an `error`. */
  startXConnect: XConnect;
};


export type MutationCancelTweetArgs = {
  input: XPostIdInput;
};


export type MutationConnectXAccountArgs = {
  input: ConnectXAccountInput;
};


export type MutationDisconnectXAccountArgs = {
  input: XAccountIdInput;
};


export type MutationPostTweetArgs = {
  input: PostTweetInput;
};


export type MutationResolveTweetArgs = {
  input: ResolveTweetInput;
};


export type MutationRetryTweetArgs = {
  input: XPostIdInput;
};


export type MutationStartXConnectArgs = {
  input: StartXConnectInput;
};

export type PostTweetInput = {
  /** The connected account to post as. Absent means the session's own credentials, or else the default account. */
  accountId?: InputMaybe<Scalars['ID']['input']>;
  /** When a post that still waits is given up, at most 24 hours ahead. */
  expiresAt?: InputMaybe<Scalars['DateTime']['input']>;
  /** 1 to 255 characters that name this post among the user's. The same key with the same input is the same post, however often it is sent; with another input it is IDEMPOTENCY_KEY_REUSED. */
  idempotencyKey?: InputMaybe<Scalars['String']['input']>;
  /** The id of the tweet to reply to. */
  inReplyToTweetId?: InputMaybe<Scalars['ID']['input']>;
  /** Who may reply. Absent means everyone. */
  replySettings?: InputMaybe<XReplySettings>;
  /** At most 280 weighted characters as X counts them: an address counts 23, an emoji 2, most scripts 1, CJK 2. */
  text?: InputMaybe<Scalars['String']['input']>;
};

export type Query = {
  /** The caller's connected X accounts, the oldest first. */
  xAccounts: Array<XAccount>;
  /** The X account that the session posts as. */
  xMe: XMe;
  /** One post of the caller. Another user's is NOT_FOUND. */
  xPost: Maybe<XPost>;
  /** The caller's posts, newest first. */
  xPosts: XPostPage;
};


export type QueryXPostArgs = {
  id: Scalars['ID']['input'];
};


export type QueryXPostsArgs = {
  input: InputMaybe<XPostsInput>;
};

export type ResolveTweetInput = {
  id: Scalars['ID']['input'];
  resolution: XResolution;
  /** With IT_IS_THERE: the tweet, which must be one of the post's X account. */
  tweetId?: InputMaybe<Scalars['ID']['input']>;
};

export type StartXConnectInput = {
  /** The handle that has to be connected, without the at sign. Another account is refused. */
  expectedUsername?: InputMaybe<Scalars['String']['input']>;
  /** Where the browser comes back to: exactly one of the redirect URIs in HERALD_CLIENTS; for loopback with any port. */
  returnTo: Scalars['String']['input'];
};

/** An X account that a user has connected. */
export type XAccount = {
  connectedAt: Scalars['DateTime']['output'];
  id: Scalars['ID']['output'];
  /** Whether it is the one that is posted as when nothing names another. */
  isDefault: Scalars['Boolean']['output'];
  /** How many posts X leaves this account until `postsResetAt`; null until X has said. */
  postsRemaining: Maybe<Scalars['Int']['output']>;
  postsResetAt: Maybe<Scalars['DateTime']['output']>;
  state: XAccountState;
  /** The handle when it was last connected, without the at sign. */
  username: Scalars['String']['output'];
  /** The numeric id of the X account. */
  xUserId: Scalars['ID']['output'];
};

export type XAccountIdInput = {
  id: Scalars['ID']['input'];
};

export type XAccountState =
  /** Herald may post as it. */
  | 'CONNECTED'
  /** Its credentials are destroyed. */
  | 'DISCONNECTED'
  /** X no longer accepts its credentials. Connect it again; what waits for it goes out then. */
  | 'NEEDS_RECONNECT';

export type XConnect = {
  expiresAt: Scalars['DateTime']['output'];
  /** Where to send the browser. It works once. */
  url: Scalars['String']['output'];
};

export type XMe = {
  name: Maybe<Scalars['String']['output']>;
  /** The user id of the session, as Hasura knows it. */
  userId: Scalars['ID']['output'];
  /** The handle, without the at sign. */
  username: Scalars['String']['output'];
  xUserId: Scalars['ID']['output'];
};

/** One tweet of a post. */
export type XPart = {
  error: Maybe<XPostError>;
  /** 0 for the first. */
  position: Scalars['Int']['output'];
  state: XPostState;
  text: Maybe<Scalars['String']['output']>;
  tweetId: Maybe<Scalars['ID']['output']>;
  url: Maybe<Scalars['String']['output']>;
};

/** What became of something that a user asked to publish. */
export type XPost = {
  /** The connected account that it is posted as; null when the session brought its own credentials. */
  accountId: Maybe<Scalars['ID']['output']>;
  createdAt: Scalars['DateTime']['output'];
  /** The post existed before: the same idempotency key, or the same input a moment ago. */
  deduplicated: Scalars['Boolean']['output'];
  /** Why the post is not live, and what the user can do: that of the first part that has one. */
  error: Maybe<XPostError>;
  /** When the post is given up if it still waits. */
  expiresAt: Maybe<Scalars['DateTime']['output']>;
  id: Scalars['ID']['output'];
  idempotencyKey: Maybe<Scalars['String']['output']>;
  parts: Array<XPart>;
  state: XPostState;
  /** The first part's tweet once it is live. */
  tweetId: Maybe<Scalars['ID']['output']>;
  /** Where the first part's tweet can be seen once it is live. */
  url: Maybe<Scalars['String']['output']>;
  /** The numeric id of the X account. */
  xUserId: Scalars['ID']['output'];
};

export type XPostError = {
  /** One of the codes in docs/errors.md. */
  code: Scalars['String']['output'];
  message: Scalars['String']['output'];
  /** The earliest time at which another try makes sense. */
  retryAt: Maybe<Scalars['DateTime']['output']>;
  userAction: XUserAction;
};

export type XPostIdInput = {
  id: Scalars['ID']['input'];
};

export type XPostPage = {
  /** What to send as `after` for the next page. */
  endCursor: Maybe<Scalars['String']['output']>;
  hasNextPage: Scalars['Boolean']['output'];
  posts: Array<XPost>;
};

export type XPostState =
  /** Cancelled before it was sent. */
  | 'CANCELLED'
  /** X does not have it. */
  | 'FAILED'
  /** Herald could not find out whether X has it; a person has to look. */
  | 'NEEDS_REVIEW'
  /** X has some parts of it, and will not get the others. */
  | 'PARTLY_SENT'
  /** Written down, and waits to be sent. */
  | 'QUEUED'
  /** Waits for its time. */
  | 'SCHEDULED'
  /** Being sent. */
  | 'SENDING'
  /** X has it. */
  | 'SENT'
  /** X did not say whether it has it; Herald is looking for it. */
  | 'UNKNOWN';

export type XPostsInput = {
  /** The `endCursor` of the page before. */
  after?: InputMaybe<Scalars['String']['input']>;
  /** 1 to 100; absent means 20. */
  first?: InputMaybe<Scalars['Int']['input']>;
  /** Only posts in these states. */
  states?: InputMaybe<Array<XPostState>>;
};

export type XReplySettings =
  /** The accounts that the author follows. */
  | 'FOLLOWING'
  /** The accounts that the tweet mentions. */
  | 'MENTIONED_USERS'
  /** The author's subscribers. */
  | 'SUBSCRIBERS'
  /** Verified accounts. */
  | 'VERIFIED';

export type XResolution =
  /** Leave it. */
  | 'GIVE_UP'
  /** The tweet is on X: `tweetId` says which. */
  | 'IT_IS_THERE'
  /** Send it again, although a first copy may exist. */
  | 'SEND_IT';

export type XUserAction =
  | 'CONNECT'
  | 'CONTACT_ADMIN'
  | 'EDIT'
  | 'NONE'
  | 'RECONNECT'
  | 'SIGN_IN'
  | 'TOP_UP'
  | 'WAIT';
