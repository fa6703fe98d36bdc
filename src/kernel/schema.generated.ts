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

export type DeleteTweetInput = {
  /** The connected account whose tweet it is. Absent means the session's own credentials, or else the default account. */
  accountId?: InputMaybe<Scalars['ID']['input']>;
  tweetId: Scalars['ID']['input'];
};

export type DeletedTweet = {
  deletedAt: Scalars['DateTime']['output'];
  tweetId: Scalars['ID']['output'];
};

export type Mutation = {
  /** Cancels what was not sent yet. A post of which nothing waits is STATE_CONFLICT. */
  cancelTweet: XPost;
  /** Stores the X account that the caller has just consented to at X, or, without a code, the one of the session's credentials. Connecting it again renews its credentials. */
  connectXAccount: XAccount;
  /** Deletes a tweet of one of the caller's X accounts. One that is gone already is a success. */
  deleteTweet: DeletedTweet;
  /** Cancels the open posts of a connected account, revokes its credentials at X and destroys Herald's copy of them. */
  disconnectXAccount: XAccount;
  /** Posts a thread: each part replies to the one before it, and goes out only once that one is live. It counts as one post: the same idempotency key never posts a part twice. */
  postThread: XPost;
  /** Posts one tweet as the X account of the session. Sending it again with the same idempotency key, or the same input within two minutes without one, gives the same post and never a second tweet. */
  postTweet: XPost;
  /** Decides a post that is in doubt: IT_IS_THERE while it is UNKNOWN or NEEDS_REVIEW, SEND_IT and GIVE_UP once it is NEEDS_REVIEW. */
  resolveTweet: XPost;
  /** Sends the failed or cancelled parts of a post again, with the caller's credentials, which must be of the same X account. */
  retryTweet: XPost;
  /** Begins to connect an X account: send the browser to `url`. X asks its user for consent, and the browser comes back to `returnTo` with a `code` for connectXAccount, or with an `error`. */
  startXConnect: XConnect;
  /** Uploads a picture, a GIF or a video to X, for a post of the next day. What X would refuse is MEDIA_INVALID before a byte is sent. Files that are larger than 5 MB go to `POST /media`. */
  uploadTweetMedia: XMedia;
};


export type MutationCancelTweetArgs = {
  input: XPostIdInput;
};


export type MutationConnectXAccountArgs = {
  input: ConnectXAccountInput;
};


export type MutationDeleteTweetArgs = {
  input: DeleteTweetInput;
};


export type MutationDisconnectXAccountArgs = {
  input: XAccountIdInput;
};


export type MutationPostThreadArgs = {
  input: PostThreadInput;
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


export type MutationUploadTweetMediaArgs = {
  input: UploadTweetMediaInput;
};

export type PostThreadInput = {
  /** The connected account to post as. Absent means the session's own credentials, or else the default account. */
  accountId?: InputMaybe<Scalars['ID']['input']>;
  /** When a thread of which nothing was sent yet is given up, at most 24 hours ahead. */
  expiresAt?: InputMaybe<Scalars['DateTime']['input']>;
  /** 1 to 255 characters that name this thread among the user's posts. The same key with the same input is the same post, however often it is sent; with another input it is IDEMPOTENCY_KEY_REUSED. */
  idempotencyKey?: InputMaybe<Scalars['String']['input']>;
  /** What becomes of addresses in the texts; X charges 13 times as much for a tweet with one. Absent means ALLOW. */
  linkPolicy?: InputMaybe<XLinkPolicy>;
  /** With `text`: whether each part ends with its number, e.g. ` 2/5`. */
  numbering?: InputMaybe<Scalars['Boolean']['input']>;
  /** What becomes of the thread when a part fails. Absent means RESUME. */
  onPartFailure?: InputMaybe<XOnPartFailure>;
  /** 1 to 25 tweets, in order. Either these or `text`. */
  parts?: InputMaybe<Array<TweetPartInput>>;
  /** A long text, which Herald splits between sentences or words. Either this or `parts`. */
  text?: InputMaybe<Scalars['String']['input']>;
};

export type PostTweetInput = {
  /** The connected account to post as. Absent means the session's own credentials, or else the default account. */
  accountId?: InputMaybe<Scalars['ID']['input']>;
  /** The community to post in, of which the account must be a member. */
  communityId?: InputMaybe<Scalars['ID']['input']>;
  /** When a post that still waits is given up, at most 24 hours ahead. */
  expiresAt?: InputMaybe<Scalars['DateTime']['input']>;
  /** 1 to 255 characters that name this post among the user's. The same key with the same input is the same post, however often it is sent; with another input it is IDEMPOTENCY_KEY_REUSED. */
  idempotencyKey?: InputMaybe<Scalars['String']['input']>;
  /** The id of the tweet to reply to. X lets most applications reply only to the account's own tweets and to those that mention or quote it. */
  inReplyToTweetId?: InputMaybe<Scalars['ID']['input']>;
  /** What becomes of addresses in the text; X charges 13 times as much for a tweet with one. Absent means ALLOW. */
  linkPolicy?: InputMaybe<XLinkPolicy>;
  /** Labels the tweet as made with AI. */
  madeWithAi?: InputMaybe<Scalars['Boolean']['input']>;
  /** What uploadTweetMedia gave: up to four pictures, or one GIF, or one video. */
  mediaIds?: InputMaybe<Array<Scalars['ID']['input']>>;
  /** Labels the tweet as a paid partnership. */
  paidPartnership?: InputMaybe<Scalars['Boolean']['input']>;
  poll?: InputMaybe<XPollInput>;
  /** The id of the tweet to quote; X lets only applications with an Enterprise plan do so. */
  quoteTweetId?: InputMaybe<Scalars['ID']['input']>;
  /** Who may reply. Absent means everyone. */
  replySettings?: InputMaybe<XReplySettings>;
  /** At most 280 weighted characters as X counts them: an address counts 23, an emoji 2, most scripts 1, CJK 2. May be absent with media. */
  text?: InputMaybe<Scalars['String']['input']>;
};

/** Exactly one of both. */
export type PreviewTweetInput = {
  thread?: InputMaybe<PostThreadInput>;
  tweet?: InputMaybe<PostTweetInput>;
};

export type Query = {
  /** What posting this would send, what it would cost, and what X or Herald would say to it. Sends nothing and writes nothing down. */
  previewTweet: TweetPreview;
  /** The caller's connected X accounts, the oldest first. */
  xAccounts: Array<XAccount>;
  /** The X account that the session posts as. */
  xMe: XMe;
  /** One uploaded file of the caller; while X is processing it, X is asked how far it is. Another user's is NOT_FOUND. */
  xMedia: Maybe<XMedia>;
  /** One post of the caller. Another user's is NOT_FOUND. */
  xPost: Maybe<XPost>;
  /** The caller's posts, newest first. */
  xPosts: XPostPage;
};


export type QueryPreviewTweetArgs = {
  input: PreviewTweetInput;
};


export type QueryXMediaArgs = {
  id: Scalars['ID']['input'];
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

/** One tweet of a thread. */
export type TweetPartInput = {
  /** Labels the tweet as made with AI. */
  madeWithAi?: InputMaybe<Scalars['Boolean']['input']>;
  /** What uploadTweetMedia gave: up to four pictures, or one GIF, or one video. */
  mediaIds?: InputMaybe<Array<Scalars['ID']['input']>>;
  /** Labels the tweet as a paid partnership. */
  paidPartnership?: InputMaybe<Scalars['Boolean']['input']>;
  poll?: InputMaybe<XPollInput>;
  /** Who may reply. Absent means everyone. */
  replySettings?: InputMaybe<XReplySettings>;
  /** At most 280 weighted characters. May be absent with media. */
  text?: InputMaybe<Scalars['String']['input']>;
};

export type TweetPartPreview = {
  /** 0 for the first. */
  position: Scalars['Int']['output'];
  /** How much is left of the limit; negative when the text is too long. */
  remaining: Scalars['Int']['output'];
  text: Scalars['String']['output'];
  /** As X counts. */
  weightedLength: Scalars['Int']['output'];
};

/** What posting would do. */
export type TweetPreview = {
  /** What X charges for them, in millionths of a US dollar. */
  costMicroUsd: Scalars['Int']['output'];
  /** The tweets as they would be sent. */
  parts: Array<TweetPartPreview>;
  /** What stands in the way, and what the user may want to know. */
  problems: Array<TweetProblem>;
};

export type TweetProblem = {
  /** Whether posting would be refused because of it. */
  blocking: Scalars['Boolean']['output'];
  /** The code that posting would be refused with, or a warning's; docs/x-policy.md has them. */
  code: Scalars['String']['output'];
  /** The field of the input that it is about, e.g. `text` or `parts.3.text`. */
  field: Maybe<Scalars['String']['output']>;
  message: Scalars['String']['output'];
  /** The part that it is about. */
  position: Maybe<Scalars['Int']['output']>;
  userAction: XUserAction;
};

export type UploadTweetMediaInput = {
  /** The connected account that will post it. Absent means the session's own credentials, or else the default account. */
  accountId?: InputMaybe<Scalars['ID']['input']>;
  /** What is to be seen, for those who cannot see it: up to 1,000 characters. */
  altText?: InputMaybe<Scalars['String']['input']>;
  /** The file, in base64 or base64url, at most 5 MB once decoded. Either this or `url`. */
  base64?: InputMaybe<Scalars['String']['input']>;
  /** Where the picture or GIF is: https, and a public address. Only where HERALD_MEDIA_BY_URL allows it. Either this or `base64`. */
  url?: InputMaybe<Scalars['String']['input']>;
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

export type XLinkPolicy =
  /** Posts them where they stand. */
  | 'ALLOW'
  /** Moves them to the end of a thread's last part, so that X charges for one tweet with addresses. */
  | 'LAST_PART'
  /** Refuses a text that has one. */
  | 'REJECT'
  /** Takes them out. */
  | 'STRIP';

export type XMe = {
  name: Maybe<Scalars['String']['output']>;
  /** The user id of the session, as Hasura knows it. */
  userId: Scalars['ID']['output'];
  /** The handle, without the at sign. */
  username: Scalars['String']['output'];
  xUserId: Scalars['ID']['output'];
};

/** A file that was uploaded to X for a post. */
export type XMedia = {
  altText: Maybe<Scalars['String']['output']>;
  /** Until when it can be posted. */
  expiresAt: Scalars['DateTime']['output'];
  id: Scalars['ID']['output'];
  kind: XMediaKind;
  /** While X is processing it: percent, as far as X says. */
  progress: Maybe<Scalars['Int']['output']>;
  state: XMediaState;
};

export type XMediaKind =
  | 'GIF'
  | 'IMAGE'
  | 'VIDEO';

export type XMediaState =
  /** X could not make use of it. */
  | 'FAILED'
  /** X is not done with it. */
  | 'PROCESSING'
  /** It can be posted. */
  | 'READY';

export type XOnPartFailure =
  /** Leaves the parts that are live; retryTweet goes on with the others. */
  | 'RESUME'
  /** Deletes the parts that are live, the newest first, and is over: retryTweet refuses it. */
  | 'ROLLBACK_DELETE'
  /** Leaves the parts that are live, and is over: retryTweet refuses it. */
  | 'STOP';

/** One tweet of a post. */
export type XPart = {
  /** When the tweet was deleted. Its state stays SENT. */
  deletedAt: Maybe<Scalars['DateTime']['output']>;
  /** Why it is not live, or not yet; of a live part, why it could not be deleted when the thread was taken back. */
  error: Maybe<XPostError>;
  mediaIds: Array<Scalars['ID']['output']>;
  /** 0 for the first. */
  position: Scalars['Int']['output'];
  state: XPostState;
  text: Maybe<Scalars['String']['output']>;
  tweetId: Maybe<Scalars['ID']['output']>;
  url: Maybe<Scalars['String']['output']>;
};

export type XPollInput = {
  /** 5 to 10080, which is a week. */
  durationMinutes: Scalars['Int']['input'];
  /** Two to four, each different, of 1 to 25 characters. */
  options: Array<Scalars['String']['input']>;
};

/** What became of something that a user asked to publish. */
export type XPost = {
  /** The connected account that it is posted as; null when the session brought its own credentials. */
  accountId: Maybe<Scalars['ID']['output']>;
  /** What X charges for it, in millionths of a US dollar: the parts that are live or may still go out, deletions, and looks at the timeline. Null for posts from before Herald knew prices. */
  costMicroUsd: Maybe<Scalars['Int']['output']>;
  createdAt: Scalars['DateTime']['output'];
  /** The post existed before: the same idempotency key, or the same input a moment ago. */
  deduplicated: Scalars['Boolean']['output'];
  /** When the last of its live tweets was deleted; null while one is there. */
  deletedAt: Maybe<Scalars['DateTime']['output']>;
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
