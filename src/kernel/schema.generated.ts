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

export type Mutation = {
  /** Posts one tweet as the X account of the session. There is no idempotency key yet: sending the same mutation again after a timeout can post twice. */
  postTweet: XPost;
};


export type MutationPostTweetArgs = {
  input: PostTweetInput;
};

export type PostTweetInput = {
  /** The id of the tweet to reply to. */
  inReplyToTweetId?: InputMaybe<Scalars['ID']['input']>;
  /** Who may reply. Absent means everyone. */
  replySettings?: InputMaybe<XReplySettings>;
  /** At most 280 weighted characters as X counts them: an address counts 23, an emoji 2, most scripts 1, CJK 2. */
  text?: InputMaybe<Scalars['String']['input']>;
};

export type Query = {
  /** The X account that the session's credentials belong to. */
  xMe: XMe;
};

export type XMe = {
  name: Maybe<Scalars['String']['output']>;
  /** The user id of the session, as Hasura knows it. */
  userId: Scalars['ID']['output'];
  /** The handle, without the at sign. */
  username: Scalars['String']['output'];
  xUserId: Scalars['ID']['output'];
};

/** What became of something that a user asked to publish. */
export type XPost = {
  createdAt: Scalars['DateTime']['output'];
  /** Why the post is not live, and what the user can do. */
  error: Maybe<XPostError>;
  /** Herald's own id of the post; its log lines carry it. */
  id: Scalars['ID']['output'];
  state: XPostState;
  /** The tweet's id once it is live. */
  tweetId: Maybe<Scalars['ID']['output']>;
  /** Where the tweet can be seen once it is live. */
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

export type XPostState =
  /** X does not have the tweet. */
  | 'FAILED'
  /** X has the tweet. */
  | 'SENT'
  /** X did not say whether it has the tweet. */
  | 'UNKNOWN';

export type XReplySettings =
  /** The accounts that the author follows. */
  | 'FOLLOWING'
  /** The accounts that the tweet mentions. */
  | 'MENTIONED_USERS'
  /** The author's subscribers. */
  | 'SUBSCRIBERS'
  /** Verified accounts. */
  | 'VERIFIED';

export type XUserAction =
  | 'CONNECT'
  | 'CONTACT_ADMIN'
  | 'EDIT'
  | 'NONE'
  | 'RECONNECT'
  | 'SIGN_IN'
  | 'TOP_UP'
  | 'WAIT';
