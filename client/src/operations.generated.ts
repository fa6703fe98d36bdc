/** Internal type. DO NOT USE DIRECTLY. */
type Exact<T extends { [key: string]: unknown }> = { [K in keyof T]: T[K] };
/** Internal type. DO NOT USE DIRECTLY. */
export type Incremental<T> = T | { [P in keyof T]?: P extends ' $fragmentName' | '__typename' ? T[P] : never };
import type { HeraldDocument as DocumentNode } from './document.ts';
export type ConnectXAccountInput = {
  /** What the browser brought back. It works once, for ten minutes, and for the user who called startXConnect only. */
  code?: string | null | undefined;
};

export type DeleteTweetInput = {
  /** The connected account whose tweet it is. Absent means the session's own credentials, or else the default account. */
  accountId?: string | null | undefined;
  tweetId: string;
};

export type PostThreadInput = {
  /** The connected account to post as. Absent means the session's own credentials, or else the default account. */
  accountId?: string | null | undefined;
  /** When a thread of which nothing was sent yet is given up, at most 24 hours ahead. */
  expiresAt?: string | null | undefined;
  /** 1 to 255 characters that name this thread among the user's posts. The same key with the same input is the same post, however often it is sent; with another input it is IDEMPOTENCY_KEY_REUSED. */
  idempotencyKey?: string | null | undefined;
  /** What becomes of addresses in the texts; X charges 13 times as much for a tweet with one. Absent means ALLOW. */
  linkPolicy?: XLinkPolicy | null | undefined;
  /** With `text`: whether each part ends with its number, e.g. ` 2/5`. */
  numbering?: boolean | null | undefined;
  /** What becomes of the thread when a part fails. Absent means RESUME. */
  onPartFailure?: XOnPartFailure | null | undefined;
  /** 1 to 25 tweets, in order. Either these or `text`. */
  parts?: Array<TweetPartInput> | null | undefined;
  /** A long text, which Herald splits between sentences or words. Either this or `parts`. */
  text?: string | null | undefined;
};

export type PostTweetInput = {
  /** The connected account to post as. Absent means the session's own credentials, or else the default account. */
  accountId?: string | null | undefined;
  /** The community to post in, of which the account must be a member. */
  communityId?: string | null | undefined;
  /** When a post that still waits is given up, at most 24 hours ahead. */
  expiresAt?: string | null | undefined;
  /** 1 to 255 characters that name this post among the user's. The same key with the same input is the same post, however often it is sent; with another input it is IDEMPOTENCY_KEY_REUSED. */
  idempotencyKey?: string | null | undefined;
  /** The id of the tweet to reply to. X lets most applications reply only to the account's own tweets and to those that mention or quote it. */
  inReplyToTweetId?: string | null | undefined;
  /** What becomes of addresses in the text; X charges 13 times as much for a tweet with one. Absent means ALLOW. */
  linkPolicy?: XLinkPolicy | null | undefined;
  /** Labels the tweet as made with AI. */
  madeWithAi?: boolean | null | undefined;
  /** What uploadTweetMedia gave: up to four pictures, or one GIF, or one video. */
  mediaIds?: Array<string> | null | undefined;
  /** Labels the tweet as a paid partnership. */
  paidPartnership?: boolean | null | undefined;
  poll?: XPollInput | null | undefined;
  /** The id of the tweet to quote; X lets only applications with an Enterprise plan do so. */
  quoteTweetId?: string | null | undefined;
  /** Who may reply. Absent means everyone. */
  replySettings?: XReplySettings | null | undefined;
  /** At most 280 weighted characters as X counts them: an address counts 23, an emoji 2, most scripts 1, CJK 2. May be absent with media. */
  text?: string | null | undefined;
};

/** Exactly one of both. */
export type PreviewTweetInput = {
  thread?: PostThreadInput | null | undefined;
  tweet?: PostTweetInput | null | undefined;
};

export type ResolveTweetInput = {
  id: string;
  resolution: XResolution;
  /** With IT_IS_THERE: the tweet, which must be one of the post's X account. */
  tweetId?: string | null | undefined;
};

export type StartXConnectInput = {
  /** The handle that has to be connected, without the at sign. Another account is refused. */
  expectedUsername?: string | null | undefined;
  /** Where the browser comes back to: exactly one of the redirect URIs in HERALD_CLIENTS; for loopback with any port. */
  returnTo: string;
};

/** One tweet of a thread. */
export type TweetPartInput = {
  /** Labels the tweet as made with AI. */
  madeWithAi?: boolean | null | undefined;
  /** What uploadTweetMedia gave: up to four pictures, or one GIF, or one video. */
  mediaIds?: Array<string> | null | undefined;
  /** Labels the tweet as a paid partnership. */
  paidPartnership?: boolean | null | undefined;
  poll?: XPollInput | null | undefined;
  /** Who may reply. Absent means everyone. */
  replySettings?: XReplySettings | null | undefined;
  /** At most 280 weighted characters. May be absent with media. */
  text?: string | null | undefined;
};

export type UploadTweetMediaInput = {
  /** The connected account that will post it. Absent means the session's own credentials, or else the default account. */
  accountId?: string | null | undefined;
  /** What is to be seen, for those who cannot see it: up to 1,000 characters. */
  altText?: string | null | undefined;
  /** The file, in base64 or base64url, at most 5 MB once decoded. Either this or `url`. */
  base64?: string | null | undefined;
  /** Where the picture or GIF is: https, and a public address. Only where HERALD_MEDIA_BY_URL allows it. Either this or `base64`. */
  url?: string | null | undefined;
};

export type XAccountIdInput = {
  id: string;
};

export type XAccountState =
  /** Herald may post as it. */
  | 'CONNECTED'
  /** Its credentials are destroyed. */
  | 'DISCONNECTED'
  /** X no longer accepts its credentials. Connect it again; what waits for it goes out then. */
  | 'NEEDS_RECONNECT';

export type XLinkPolicy =
  /** Posts them where they stand. */
  | 'ALLOW'
  /** Moves them to the end of a thread's last part, so that X charges for one tweet with addresses. */
  | 'LAST_PART'
  /** Refuses a text that has one. */
  | 'REJECT'
  /** Takes them out. */
  | 'STRIP';

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

export type XPollInput = {
  /** 5 to 10080, which is a week. */
  durationMinutes: number;
  /** Two to four, each different, of 1 to 25 characters. */
  options: Array<string>;
};

export type XPostIdInput = {
  id: string;
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

export type CancelTweetMutationVariables = Exact<{
  input: XPostIdInput;
}>;


export type CancelTweetMutation = { cancelTweet: { id: string, state: XPostState, deduplicated: boolean, idempotencyKey: string | null, createdAt: string, expiresAt: string | null, accountId: string | null, xUserId: string, tweetId: string | null, url: string | null, deletedAt: string | null, costMicroUsd: number | null, parts: Array<{ position: number, state: XPostState, text: string | null, tweetId: string | null, url: string | null, mediaIds: Array<string>, deletedAt: string | null, error: { code: string, message: string, userAction: XUserAction, retryAt: string | null } | null }>, error: { code: string, message: string, userAction: XUserAction, retryAt: string | null } | null } };

export type ConnectXAccountMutationVariables = Exact<{
  input: ConnectXAccountInput;
}>;


export type ConnectXAccountMutation = { connectXAccount: { id: string, xUserId: string, username: string, state: XAccountState, isDefault: boolean, connectedAt: string, postsRemaining: number | null, postsResetAt: string | null } };

export type DeleteTweetMutationVariables = Exact<{
  input: DeleteTweetInput;
}>;


export type DeleteTweetMutation = { deleteTweet: { tweetId: string, deletedAt: string } };

export type DisconnectXAccountMutationVariables = Exact<{
  input: XAccountIdInput;
}>;


export type DisconnectXAccountMutation = { disconnectXAccount: { id: string, xUserId: string, username: string, state: XAccountState, isDefault: boolean, connectedAt: string, postsRemaining: number | null, postsResetAt: string | null } };

export type PostThreadMutationVariables = Exact<{
  input: PostThreadInput;
}>;


export type PostThreadMutation = { postThread: { id: string, state: XPostState, deduplicated: boolean, idempotencyKey: string | null, createdAt: string, expiresAt: string | null, accountId: string | null, xUserId: string, tweetId: string | null, url: string | null, deletedAt: string | null, costMicroUsd: number | null, parts: Array<{ position: number, state: XPostState, text: string | null, tweetId: string | null, url: string | null, mediaIds: Array<string>, deletedAt: string | null, error: { code: string, message: string, userAction: XUserAction, retryAt: string | null } | null }>, error: { code: string, message: string, userAction: XUserAction, retryAt: string | null } | null } };

export type PostTweetMutationVariables = Exact<{
  input: PostTweetInput;
}>;


export type PostTweetMutation = { postTweet: { id: string, state: XPostState, deduplicated: boolean, idempotencyKey: string | null, createdAt: string, expiresAt: string | null, accountId: string | null, xUserId: string, tweetId: string | null, url: string | null, deletedAt: string | null, costMicroUsd: number | null, parts: Array<{ position: number, state: XPostState, text: string | null, tweetId: string | null, url: string | null, mediaIds: Array<string>, deletedAt: string | null, error: { code: string, message: string, userAction: XUserAction, retryAt: string | null } | null }>, error: { code: string, message: string, userAction: XUserAction, retryAt: string | null } | null } };

export type PreviewTweetQueryVariables = Exact<{
  input: PreviewTweetInput;
}>;


export type PreviewTweetQuery = { previewTweet: { costMicroUsd: number, parts: Array<{ position: number, text: string, weightedLength: number, remaining: number }>, problems: Array<{ code: string, message: string, userAction: XUserAction, blocking: boolean, position: number | null, field: string | null }> } };

export type ResolveTweetMutationVariables = Exact<{
  input: ResolveTweetInput;
}>;


export type ResolveTweetMutation = { resolveTweet: { id: string, state: XPostState, deduplicated: boolean, idempotencyKey: string | null, createdAt: string, expiresAt: string | null, accountId: string | null, xUserId: string, tweetId: string | null, url: string | null, deletedAt: string | null, costMicroUsd: number | null, parts: Array<{ position: number, state: XPostState, text: string | null, tweetId: string | null, url: string | null, mediaIds: Array<string>, deletedAt: string | null, error: { code: string, message: string, userAction: XUserAction, retryAt: string | null } | null }>, error: { code: string, message: string, userAction: XUserAction, retryAt: string | null } | null } };

export type RetryTweetMutationVariables = Exact<{
  input: XPostIdInput;
}>;


export type RetryTweetMutation = { retryTweet: { id: string, state: XPostState, deduplicated: boolean, idempotencyKey: string | null, createdAt: string, expiresAt: string | null, accountId: string | null, xUserId: string, tweetId: string | null, url: string | null, deletedAt: string | null, costMicroUsd: number | null, parts: Array<{ position: number, state: XPostState, text: string | null, tweetId: string | null, url: string | null, mediaIds: Array<string>, deletedAt: string | null, error: { code: string, message: string, userAction: XUserAction, retryAt: string | null } | null }>, error: { code: string, message: string, userAction: XUserAction, retryAt: string | null } | null } };

export type StartXConnectMutationVariables = Exact<{
  input: StartXConnectInput;
}>;


export type StartXConnectMutation = { startXConnect: { url: string, expiresAt: string } };

export type UploadTweetMediaMutationVariables = Exact<{
  input: UploadTweetMediaInput;
}>;


export type UploadTweetMediaMutation = { uploadTweetMedia: { id: string, kind: XMediaKind, state: XMediaState, progress: number | null, altText: string | null, expiresAt: string } };

export type XAccountsQueryVariables = Exact<{ [key: string]: never; }>;


export type XAccountsQuery = { xAccounts: Array<{ id: string, xUserId: string, username: string, state: XAccountState, isDefault: boolean, connectedAt: string, postsRemaining: number | null, postsResetAt: string | null }> };

export type XMeQueryVariables = Exact<{ [key: string]: never; }>;


export type XMeQuery = { xMe: { userId: string, xUserId: string, username: string, name: string | null } };

export type XMediaQueryVariables = Exact<{
  id: string;
}>;


export type XMediaQuery = { xMedia: { id: string, kind: XMediaKind, state: XMediaState, progress: number | null, altText: string | null, expiresAt: string } | null };


export const CancelTweetTree = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"mutation","name":{"kind":"Name","value":"CancelTweet"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"input"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"XPostIdInput"}}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"cancelTweet"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"input"},"value":{"kind":"Variable","name":{"kind":"Name","value":"input"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"state"}},{"kind":"Field","name":{"kind":"Name","value":"deduplicated"}},{"kind":"Field","name":{"kind":"Name","value":"idempotencyKey"}},{"kind":"Field","name":{"kind":"Name","value":"createdAt"}},{"kind":"Field","name":{"kind":"Name","value":"expiresAt"}},{"kind":"Field","name":{"kind":"Name","value":"accountId"}},{"kind":"Field","name":{"kind":"Name","value":"xUserId"}},{"kind":"Field","name":{"kind":"Name","value":"tweetId"}},{"kind":"Field","name":{"kind":"Name","value":"url"}},{"kind":"Field","name":{"kind":"Name","value":"deletedAt"}},{"kind":"Field","name":{"kind":"Name","value":"parts"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"position"}},{"kind":"Field","name":{"kind":"Name","value":"state"}},{"kind":"Field","name":{"kind":"Name","value":"text"}},{"kind":"Field","name":{"kind":"Name","value":"tweetId"}},{"kind":"Field","name":{"kind":"Name","value":"url"}},{"kind":"Field","name":{"kind":"Name","value":"mediaIds"}},{"kind":"Field","name":{"kind":"Name","value":"deletedAt"}},{"kind":"Field","name":{"kind":"Name","value":"error"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"code"}},{"kind":"Field","name":{"kind":"Name","value":"message"}},{"kind":"Field","name":{"kind":"Name","value":"userAction"}},{"kind":"Field","name":{"kind":"Name","value":"retryAt"}}]}}]}},{"kind":"Field","name":{"kind":"Name","value":"error"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"code"}},{"kind":"Field","name":{"kind":"Name","value":"message"}},{"kind":"Field","name":{"kind":"Name","value":"userAction"}},{"kind":"Field","name":{"kind":"Name","value":"retryAt"}}]}},{"kind":"Field","name":{"kind":"Name","value":"costMicroUsd"}}]}}]}}]} as unknown as DocumentNode<CancelTweetMutation, CancelTweetMutationVariables>;
export const ConnectXAccountTree = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"mutation","name":{"kind":"Name","value":"ConnectXAccount"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"input"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"ConnectXAccountInput"}}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"connectXAccount"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"input"},"value":{"kind":"Variable","name":{"kind":"Name","value":"input"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"xUserId"}},{"kind":"Field","name":{"kind":"Name","value":"username"}},{"kind":"Field","name":{"kind":"Name","value":"state"}},{"kind":"Field","name":{"kind":"Name","value":"isDefault"}},{"kind":"Field","name":{"kind":"Name","value":"connectedAt"}},{"kind":"Field","name":{"kind":"Name","value":"postsRemaining"}},{"kind":"Field","name":{"kind":"Name","value":"postsResetAt"}}]}}]}}]} as unknown as DocumentNode<ConnectXAccountMutation, ConnectXAccountMutationVariables>;
export const DeleteTweetTree = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"mutation","name":{"kind":"Name","value":"DeleteTweet"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"input"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"DeleteTweetInput"}}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"deleteTweet"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"input"},"value":{"kind":"Variable","name":{"kind":"Name","value":"input"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"tweetId"}},{"kind":"Field","name":{"kind":"Name","value":"deletedAt"}}]}}]}}]} as unknown as DocumentNode<DeleteTweetMutation, DeleteTweetMutationVariables>;
export const DisconnectXAccountTree = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"mutation","name":{"kind":"Name","value":"DisconnectXAccount"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"input"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"XAccountIdInput"}}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"disconnectXAccount"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"input"},"value":{"kind":"Variable","name":{"kind":"Name","value":"input"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"xUserId"}},{"kind":"Field","name":{"kind":"Name","value":"username"}},{"kind":"Field","name":{"kind":"Name","value":"state"}},{"kind":"Field","name":{"kind":"Name","value":"isDefault"}},{"kind":"Field","name":{"kind":"Name","value":"connectedAt"}},{"kind":"Field","name":{"kind":"Name","value":"postsRemaining"}},{"kind":"Field","name":{"kind":"Name","value":"postsResetAt"}}]}}]}}]} as unknown as DocumentNode<DisconnectXAccountMutation, DisconnectXAccountMutationVariables>;
export const PostThreadTree = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"mutation","name":{"kind":"Name","value":"PostThread"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"input"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"PostThreadInput"}}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"postThread"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"input"},"value":{"kind":"Variable","name":{"kind":"Name","value":"input"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"state"}},{"kind":"Field","name":{"kind":"Name","value":"deduplicated"}},{"kind":"Field","name":{"kind":"Name","value":"idempotencyKey"}},{"kind":"Field","name":{"kind":"Name","value":"createdAt"}},{"kind":"Field","name":{"kind":"Name","value":"expiresAt"}},{"kind":"Field","name":{"kind":"Name","value":"accountId"}},{"kind":"Field","name":{"kind":"Name","value":"xUserId"}},{"kind":"Field","name":{"kind":"Name","value":"tweetId"}},{"kind":"Field","name":{"kind":"Name","value":"url"}},{"kind":"Field","name":{"kind":"Name","value":"deletedAt"}},{"kind":"Field","name":{"kind":"Name","value":"parts"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"position"}},{"kind":"Field","name":{"kind":"Name","value":"state"}},{"kind":"Field","name":{"kind":"Name","value":"text"}},{"kind":"Field","name":{"kind":"Name","value":"tweetId"}},{"kind":"Field","name":{"kind":"Name","value":"url"}},{"kind":"Field","name":{"kind":"Name","value":"mediaIds"}},{"kind":"Field","name":{"kind":"Name","value":"deletedAt"}},{"kind":"Field","name":{"kind":"Name","value":"error"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"code"}},{"kind":"Field","name":{"kind":"Name","value":"message"}},{"kind":"Field","name":{"kind":"Name","value":"userAction"}},{"kind":"Field","name":{"kind":"Name","value":"retryAt"}}]}}]}},{"kind":"Field","name":{"kind":"Name","value":"error"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"code"}},{"kind":"Field","name":{"kind":"Name","value":"message"}},{"kind":"Field","name":{"kind":"Name","value":"userAction"}},{"kind":"Field","name":{"kind":"Name","value":"retryAt"}}]}},{"kind":"Field","name":{"kind":"Name","value":"costMicroUsd"}}]}}]}}]} as unknown as DocumentNode<PostThreadMutation, PostThreadMutationVariables>;
export const PostTweetTree = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"mutation","name":{"kind":"Name","value":"PostTweet"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"input"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"PostTweetInput"}}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"postTweet"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"input"},"value":{"kind":"Variable","name":{"kind":"Name","value":"input"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"state"}},{"kind":"Field","name":{"kind":"Name","value":"deduplicated"}},{"kind":"Field","name":{"kind":"Name","value":"idempotencyKey"}},{"kind":"Field","name":{"kind":"Name","value":"createdAt"}},{"kind":"Field","name":{"kind":"Name","value":"expiresAt"}},{"kind":"Field","name":{"kind":"Name","value":"accountId"}},{"kind":"Field","name":{"kind":"Name","value":"xUserId"}},{"kind":"Field","name":{"kind":"Name","value":"tweetId"}},{"kind":"Field","name":{"kind":"Name","value":"url"}},{"kind":"Field","name":{"kind":"Name","value":"deletedAt"}},{"kind":"Field","name":{"kind":"Name","value":"parts"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"position"}},{"kind":"Field","name":{"kind":"Name","value":"state"}},{"kind":"Field","name":{"kind":"Name","value":"text"}},{"kind":"Field","name":{"kind":"Name","value":"tweetId"}},{"kind":"Field","name":{"kind":"Name","value":"url"}},{"kind":"Field","name":{"kind":"Name","value":"mediaIds"}},{"kind":"Field","name":{"kind":"Name","value":"deletedAt"}},{"kind":"Field","name":{"kind":"Name","value":"error"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"code"}},{"kind":"Field","name":{"kind":"Name","value":"message"}},{"kind":"Field","name":{"kind":"Name","value":"userAction"}},{"kind":"Field","name":{"kind":"Name","value":"retryAt"}}]}}]}},{"kind":"Field","name":{"kind":"Name","value":"error"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"code"}},{"kind":"Field","name":{"kind":"Name","value":"message"}},{"kind":"Field","name":{"kind":"Name","value":"userAction"}},{"kind":"Field","name":{"kind":"Name","value":"retryAt"}}]}},{"kind":"Field","name":{"kind":"Name","value":"costMicroUsd"}}]}}]}}]} as unknown as DocumentNode<PostTweetMutation, PostTweetMutationVariables>;
export const PreviewTweetTree = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"query","name":{"kind":"Name","value":"PreviewTweet"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"input"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"PreviewTweetInput"}}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"previewTweet"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"input"},"value":{"kind":"Variable","name":{"kind":"Name","value":"input"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"parts"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"position"}},{"kind":"Field","name":{"kind":"Name","value":"text"}},{"kind":"Field","name":{"kind":"Name","value":"weightedLength"}},{"kind":"Field","name":{"kind":"Name","value":"remaining"}}]}},{"kind":"Field","name":{"kind":"Name","value":"costMicroUsd"}},{"kind":"Field","name":{"kind":"Name","value":"problems"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"code"}},{"kind":"Field","name":{"kind":"Name","value":"message"}},{"kind":"Field","name":{"kind":"Name","value":"userAction"}},{"kind":"Field","name":{"kind":"Name","value":"blocking"}},{"kind":"Field","name":{"kind":"Name","value":"position"}},{"kind":"Field","name":{"kind":"Name","value":"field"}}]}}]}}]}}]} as unknown as DocumentNode<PreviewTweetQuery, PreviewTweetQueryVariables>;
export const ResolveTweetTree = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"mutation","name":{"kind":"Name","value":"ResolveTweet"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"input"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"ResolveTweetInput"}}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"resolveTweet"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"input"},"value":{"kind":"Variable","name":{"kind":"Name","value":"input"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"state"}},{"kind":"Field","name":{"kind":"Name","value":"deduplicated"}},{"kind":"Field","name":{"kind":"Name","value":"idempotencyKey"}},{"kind":"Field","name":{"kind":"Name","value":"createdAt"}},{"kind":"Field","name":{"kind":"Name","value":"expiresAt"}},{"kind":"Field","name":{"kind":"Name","value":"accountId"}},{"kind":"Field","name":{"kind":"Name","value":"xUserId"}},{"kind":"Field","name":{"kind":"Name","value":"tweetId"}},{"kind":"Field","name":{"kind":"Name","value":"url"}},{"kind":"Field","name":{"kind":"Name","value":"deletedAt"}},{"kind":"Field","name":{"kind":"Name","value":"parts"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"position"}},{"kind":"Field","name":{"kind":"Name","value":"state"}},{"kind":"Field","name":{"kind":"Name","value":"text"}},{"kind":"Field","name":{"kind":"Name","value":"tweetId"}},{"kind":"Field","name":{"kind":"Name","value":"url"}},{"kind":"Field","name":{"kind":"Name","value":"mediaIds"}},{"kind":"Field","name":{"kind":"Name","value":"deletedAt"}},{"kind":"Field","name":{"kind":"Name","value":"error"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"code"}},{"kind":"Field","name":{"kind":"Name","value":"message"}},{"kind":"Field","name":{"kind":"Name","value":"userAction"}},{"kind":"Field","name":{"kind":"Name","value":"retryAt"}}]}}]}},{"kind":"Field","name":{"kind":"Name","value":"error"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"code"}},{"kind":"Field","name":{"kind":"Name","value":"message"}},{"kind":"Field","name":{"kind":"Name","value":"userAction"}},{"kind":"Field","name":{"kind":"Name","value":"retryAt"}}]}},{"kind":"Field","name":{"kind":"Name","value":"costMicroUsd"}}]}}]}}]} as unknown as DocumentNode<ResolveTweetMutation, ResolveTweetMutationVariables>;
export const RetryTweetTree = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"mutation","name":{"kind":"Name","value":"RetryTweet"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"input"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"XPostIdInput"}}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"retryTweet"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"input"},"value":{"kind":"Variable","name":{"kind":"Name","value":"input"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"state"}},{"kind":"Field","name":{"kind":"Name","value":"deduplicated"}},{"kind":"Field","name":{"kind":"Name","value":"idempotencyKey"}},{"kind":"Field","name":{"kind":"Name","value":"createdAt"}},{"kind":"Field","name":{"kind":"Name","value":"expiresAt"}},{"kind":"Field","name":{"kind":"Name","value":"accountId"}},{"kind":"Field","name":{"kind":"Name","value":"xUserId"}},{"kind":"Field","name":{"kind":"Name","value":"tweetId"}},{"kind":"Field","name":{"kind":"Name","value":"url"}},{"kind":"Field","name":{"kind":"Name","value":"deletedAt"}},{"kind":"Field","name":{"kind":"Name","value":"parts"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"position"}},{"kind":"Field","name":{"kind":"Name","value":"state"}},{"kind":"Field","name":{"kind":"Name","value":"text"}},{"kind":"Field","name":{"kind":"Name","value":"tweetId"}},{"kind":"Field","name":{"kind":"Name","value":"url"}},{"kind":"Field","name":{"kind":"Name","value":"mediaIds"}},{"kind":"Field","name":{"kind":"Name","value":"deletedAt"}},{"kind":"Field","name":{"kind":"Name","value":"error"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"code"}},{"kind":"Field","name":{"kind":"Name","value":"message"}},{"kind":"Field","name":{"kind":"Name","value":"userAction"}},{"kind":"Field","name":{"kind":"Name","value":"retryAt"}}]}}]}},{"kind":"Field","name":{"kind":"Name","value":"error"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"code"}},{"kind":"Field","name":{"kind":"Name","value":"message"}},{"kind":"Field","name":{"kind":"Name","value":"userAction"}},{"kind":"Field","name":{"kind":"Name","value":"retryAt"}}]}},{"kind":"Field","name":{"kind":"Name","value":"costMicroUsd"}}]}}]}}]} as unknown as DocumentNode<RetryTweetMutation, RetryTweetMutationVariables>;
export const StartXConnectTree = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"mutation","name":{"kind":"Name","value":"StartXConnect"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"input"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"StartXConnectInput"}}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"startXConnect"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"input"},"value":{"kind":"Variable","name":{"kind":"Name","value":"input"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"url"}},{"kind":"Field","name":{"kind":"Name","value":"expiresAt"}}]}}]}}]} as unknown as DocumentNode<StartXConnectMutation, StartXConnectMutationVariables>;
export const UploadTweetMediaTree = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"mutation","name":{"kind":"Name","value":"UploadTweetMedia"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"input"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"UploadTweetMediaInput"}}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"uploadTweetMedia"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"input"},"value":{"kind":"Variable","name":{"kind":"Name","value":"input"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"kind"}},{"kind":"Field","name":{"kind":"Name","value":"state"}},{"kind":"Field","name":{"kind":"Name","value":"progress"}},{"kind":"Field","name":{"kind":"Name","value":"altText"}},{"kind":"Field","name":{"kind":"Name","value":"expiresAt"}}]}}]}}]} as unknown as DocumentNode<UploadTweetMediaMutation, UploadTweetMediaMutationVariables>;
export const XAccountsTree = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"query","name":{"kind":"Name","value":"XAccounts"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"xAccounts"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"xUserId"}},{"kind":"Field","name":{"kind":"Name","value":"username"}},{"kind":"Field","name":{"kind":"Name","value":"state"}},{"kind":"Field","name":{"kind":"Name","value":"isDefault"}},{"kind":"Field","name":{"kind":"Name","value":"connectedAt"}},{"kind":"Field","name":{"kind":"Name","value":"postsRemaining"}},{"kind":"Field","name":{"kind":"Name","value":"postsResetAt"}}]}}]}}]} as unknown as DocumentNode<XAccountsQuery, XAccountsQueryVariables>;
export const XMeTree = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"query","name":{"kind":"Name","value":"XMe"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"xMe"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"userId"}},{"kind":"Field","name":{"kind":"Name","value":"xUserId"}},{"kind":"Field","name":{"kind":"Name","value":"username"}},{"kind":"Field","name":{"kind":"Name","value":"name"}}]}}]}}]} as unknown as DocumentNode<XMeQuery, XMeQueryVariables>;
export const XMediaTree = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"query","name":{"kind":"Name","value":"XMedia"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"id"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"ID"}}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"xMedia"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"id"},"value":{"kind":"Variable","name":{"kind":"Name","value":"id"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"kind"}},{"kind":"Field","name":{"kind":"Name","value":"state"}},{"kind":"Field","name":{"kind":"Name","value":"progress"}},{"kind":"Field","name":{"kind":"Name","value":"altText"}},{"kind":"Field","name":{"kind":"Name","value":"expiresAt"}}]}}]}}]} as unknown as DocumentNode<XMediaQuery, XMediaQueryVariables>;
export const CancelTweetDocument = { ...CancelTweetTree, text: "mutation CancelTweet($input: XPostIdInput!) {\n  cancelTweet(input: $input) {\n    id\n    state\n    deduplicated\n    idempotencyKey\n    createdAt\n    expiresAt\n    accountId\n    xUserId\n    tweetId\n    url\n    deletedAt\n    parts {\n      position\n      state\n      text\n      tweetId\n      url\n      mediaIds\n      deletedAt\n      error {\n        code\n        message\n        userAction\n        retryAt\n      }\n    }\n    error {\n      code\n      message\n      userAction\n      retryAt\n    }\n    costMicroUsd\n  }\n}" } as const;
export const ConnectXAccountDocument = { ...ConnectXAccountTree, text: "mutation ConnectXAccount($input: ConnectXAccountInput!) {\n  connectXAccount(input: $input) {\n    id\n    xUserId\n    username\n    state\n    isDefault\n    connectedAt\n    postsRemaining\n    postsResetAt\n  }\n}" } as const;
export const DeleteTweetDocument = { ...DeleteTweetTree, text: "mutation DeleteTweet($input: DeleteTweetInput!) {\n  deleteTweet(input: $input) {\n    tweetId\n    deletedAt\n  }\n}" } as const;
export const DisconnectXAccountDocument = { ...DisconnectXAccountTree, text: "mutation DisconnectXAccount($input: XAccountIdInput!) {\n  disconnectXAccount(input: $input) {\n    id\n    xUserId\n    username\n    state\n    isDefault\n    connectedAt\n    postsRemaining\n    postsResetAt\n  }\n}" } as const;
export const PostThreadDocument = { ...PostThreadTree, text: "mutation PostThread($input: PostThreadInput!) {\n  postThread(input: $input) {\n    id\n    state\n    deduplicated\n    idempotencyKey\n    createdAt\n    expiresAt\n    accountId\n    xUserId\n    tweetId\n    url\n    deletedAt\n    parts {\n      position\n      state\n      text\n      tweetId\n      url\n      mediaIds\n      deletedAt\n      error {\n        code\n        message\n        userAction\n        retryAt\n      }\n    }\n    error {\n      code\n      message\n      userAction\n      retryAt\n    }\n    costMicroUsd\n  }\n}" } as const;
export const PostTweetDocument = { ...PostTweetTree, text: "mutation PostTweet($input: PostTweetInput!) {\n  postTweet(input: $input) {\n    id\n    state\n    deduplicated\n    idempotencyKey\n    createdAt\n    expiresAt\n    accountId\n    xUserId\n    tweetId\n    url\n    deletedAt\n    parts {\n      position\n      state\n      text\n      tweetId\n      url\n      mediaIds\n      deletedAt\n      error {\n        code\n        message\n        userAction\n        retryAt\n      }\n    }\n    error {\n      code\n      message\n      userAction\n      retryAt\n    }\n    costMicroUsd\n  }\n}" } as const;
export const PreviewTweetDocument = { ...PreviewTweetTree, text: "query PreviewTweet($input: PreviewTweetInput!) {\n  previewTweet(input: $input) {\n    parts {\n      position\n      text\n      weightedLength\n      remaining\n    }\n    costMicroUsd\n    problems {\n      code\n      message\n      userAction\n      blocking\n      position\n      field\n    }\n  }\n}" } as const;
export const ResolveTweetDocument = { ...ResolveTweetTree, text: "mutation ResolveTweet($input: ResolveTweetInput!) {\n  resolveTweet(input: $input) {\n    id\n    state\n    deduplicated\n    idempotencyKey\n    createdAt\n    expiresAt\n    accountId\n    xUserId\n    tweetId\n    url\n    deletedAt\n    parts {\n      position\n      state\n      text\n      tweetId\n      url\n      mediaIds\n      deletedAt\n      error {\n        code\n        message\n        userAction\n        retryAt\n      }\n    }\n    error {\n      code\n      message\n      userAction\n      retryAt\n    }\n    costMicroUsd\n  }\n}" } as const;
export const RetryTweetDocument = { ...RetryTweetTree, text: "mutation RetryTweet($input: XPostIdInput!) {\n  retryTweet(input: $input) {\n    id\n    state\n    deduplicated\n    idempotencyKey\n    createdAt\n    expiresAt\n    accountId\n    xUserId\n    tweetId\n    url\n    deletedAt\n    parts {\n      position\n      state\n      text\n      tweetId\n      url\n      mediaIds\n      deletedAt\n      error {\n        code\n        message\n        userAction\n        retryAt\n      }\n    }\n    error {\n      code\n      message\n      userAction\n      retryAt\n    }\n    costMicroUsd\n  }\n}" } as const;
export const StartXConnectDocument = { ...StartXConnectTree, text: "mutation StartXConnect($input: StartXConnectInput!) {\n  startXConnect(input: $input) {\n    url\n    expiresAt\n  }\n}" } as const;
export const UploadTweetMediaDocument = { ...UploadTweetMediaTree, text: "mutation UploadTweetMedia($input: UploadTweetMediaInput!) {\n  uploadTweetMedia(input: $input) {\n    id\n    kind\n    state\n    progress\n    altText\n    expiresAt\n  }\n}" } as const;
export const XAccountsDocument = { ...XAccountsTree, text: "query XAccounts {\n  xAccounts {\n    id\n    xUserId\n    username\n    state\n    isDefault\n    connectedAt\n    postsRemaining\n    postsResetAt\n  }\n}" } as const;
export const XMeDocument = { ...XMeTree, text: "query XMe {\n  xMe {\n    userId\n    xUserId\n    username\n    name\n  }\n}" } as const;
export const XMediaDocument = { ...XMediaTree, text: "query XMedia($id: ID!) {\n  xMedia(id: $id) {\n    id\n    kind\n    state\n    progress\n    altText\n    expiresAt\n  }\n}" } as const;