import type * as Types from '../kernel/index.ts';
import type { GraphQLResolveInfo, GraphQLScalarType, GraphQLScalarTypeConfig } from 'graphql';
import type { OperationContext } from './operations.ts';
export type RequireFields<T, K extends keyof T> = Omit<T, K> & { [P in K]-?: NonNullable<T[P]> };


export type ResolverTypeWrapper<T> = Promise<T> | T;

export type Resolver<TResult, TParent = Record<PropertyKey, never>, TContext = Record<PropertyKey, never>, TArgs = Record<PropertyKey, never>> = ResolverFn<TResult, TParent, TContext, TArgs>;

export type ResolverFn<TResult, TParent, TContext, TArgs> = (
  parent: TParent,
  args: TArgs,
  context: TContext,
  info: GraphQLResolveInfo
) => Promise<TResult> | TResult;

export type SubscriptionSubscribeFn<TResult, TParent, TContext, TArgs> = (
  parent: TParent,
  args: TArgs,
  context: TContext,
  info: GraphQLResolveInfo
) => AsyncIterable<TResult> | Promise<AsyncIterable<TResult>>;

export type SubscriptionResolveFn<TResult, TParent, TContext, TArgs> = (
  parent: TParent,
  args: TArgs,
  context: TContext,
  info: GraphQLResolveInfo
) => TResult | Promise<TResult>;

export interface SubscriptionSubscriberObject<TResult, TKey extends string, TParent, TContext, TArgs> {
  subscribe: SubscriptionSubscribeFn<{ [key in TKey]: TResult }, TParent, TContext, TArgs>;
  resolve?: SubscriptionResolveFn<TResult, { [key in TKey]: TResult }, TContext, TArgs>;
}

export interface SubscriptionResolverObject<TResult, TParent, TContext, TArgs> {
  subscribe: SubscriptionSubscribeFn<any, TParent, TContext, TArgs>;
  resolve: SubscriptionResolveFn<TResult, any, TContext, TArgs>;
}

export type SubscriptionObject<TResult, TKey extends string, TParent, TContext, TArgs> =
  | SubscriptionSubscriberObject<TResult, TKey, TParent, TContext, TArgs>
  | SubscriptionResolverObject<TResult, TParent, TContext, TArgs>;

export type SubscriptionResolver<TResult, TKey extends string, TParent = Record<PropertyKey, never>, TContext = Record<PropertyKey, never>, TArgs = Record<PropertyKey, never>> =
  | ((...args: any[]) => SubscriptionObject<TResult, TKey, TParent, TContext, TArgs>)
  | SubscriptionObject<TResult, TKey, TParent, TContext, TArgs>;

export type TypeResolveFn<TTypes, TParent = Record<PropertyKey, never>, TContext = Record<PropertyKey, never>> = (
  parent: TParent,
  context: TContext,
  info: GraphQLResolveInfo
) => Types.Maybe<TTypes> | Promise<Types.Maybe<TTypes>>;

export type IsTypeOfResolverFn<T = Record<PropertyKey, never>, TContext = Record<PropertyKey, never>> = (obj: T, context: TContext, info: GraphQLResolveInfo) => boolean | Promise<boolean>;

export type NextResolverFn<T> = () => Promise<T>;

export type DirectiveResolverFn<TResult = Record<PropertyKey, never>, TParent = Record<PropertyKey, never>, TContext = Record<PropertyKey, never>, TArgs = Record<PropertyKey, never>> = (
  next: NextResolverFn<TResult>,
  parent: TParent,
  args: TArgs,
  context: TContext,
  info: GraphQLResolveInfo
) => TResult | Promise<TResult>;





/** Mapping between all available schema types and the resolvers types */
export type ResolversTypes = {
  Boolean: ResolverTypeWrapper<Types.Scalars['Boolean']['output']>;
  ConnectXAccountInput: Types.ConnectXAccountInput;
  DateTime: ResolverTypeWrapper<Types.Scalars['DateTime']['output']>;
  DeleteTweetInput: Types.DeleteTweetInput;
  DeletedTweet: ResolverTypeWrapper<Types.DeletedTweet>;
  ID: ResolverTypeWrapper<Types.Scalars['ID']['output']>;
  Int: ResolverTypeWrapper<Types.Scalars['Int']['output']>;
  Mutation: ResolverTypeWrapper<Record<PropertyKey, never>>;
  PostThreadInput: Types.PostThreadInput;
  PostTweetInput: Types.PostTweetInput;
  PreviewTweetInput: Types.PreviewTweetInput;
  Query: ResolverTypeWrapper<Record<PropertyKey, never>>;
  ResolveTweetInput: Types.ResolveTweetInput;
  StartXConnectInput: Types.StartXConnectInput;
  String: ResolverTypeWrapper<Types.Scalars['String']['output']>;
  TweetPartInput: Types.TweetPartInput;
  TweetPartPreview: ResolverTypeWrapper<Types.TweetPartPreview>;
  TweetPreview: ResolverTypeWrapper<Types.TweetPreview>;
  TweetProblem: ResolverTypeWrapper<Types.TweetProblem>;
  UploadTweetMediaInput: Types.UploadTweetMediaInput;
  XAccount: ResolverTypeWrapper<Types.XAccount>;
  XAccountIdInput: Types.XAccountIdInput;
  XAccountState: Types.XAccountState;
  XConnect: ResolverTypeWrapper<Types.XConnect>;
  XLinkPolicy: Types.XLinkPolicy;
  XMe: ResolverTypeWrapper<Types.XMe>;
  XMedia: ResolverTypeWrapper<Types.XMedia>;
  XMediaKind: Types.XMediaKind;
  XMediaState: Types.XMediaState;
  XOnPartFailure: Types.XOnPartFailure;
  XPart: ResolverTypeWrapper<Types.XPart>;
  XPollInput: Types.XPollInput;
  XPost: ResolverTypeWrapper<Types.XPost>;
  XPostError: ResolverTypeWrapper<Types.XPostError>;
  XPostIdInput: Types.XPostIdInput;
  XPostPage: ResolverTypeWrapper<Types.XPostPage>;
  XPostState: Types.XPostState;
  XPostsInput: Types.XPostsInput;
  XReplySettings: Types.XReplySettings;
  XResolution: Types.XResolution;
  XUserAction: Types.XUserAction;
};

/** Mapping between all available schema types and the resolvers parents */
export type ResolversParentTypes = {
  Boolean: Types.Scalars['Boolean']['output'];
  ConnectXAccountInput: Types.ConnectXAccountInput;
  DateTime: Types.Scalars['DateTime']['output'];
  DeleteTweetInput: Types.DeleteTweetInput;
  DeletedTweet: Types.DeletedTweet;
  ID: Types.Scalars['ID']['output'];
  Int: Types.Scalars['Int']['output'];
  Mutation: Record<PropertyKey, never>;
  PostThreadInput: Types.PostThreadInput;
  PostTweetInput: Types.PostTweetInput;
  PreviewTweetInput: Types.PreviewTweetInput;
  Query: Record<PropertyKey, never>;
  ResolveTweetInput: Types.ResolveTweetInput;
  StartXConnectInput: Types.StartXConnectInput;
  String: Types.Scalars['String']['output'];
  TweetPartInput: Types.TweetPartInput;
  TweetPartPreview: Types.TweetPartPreview;
  TweetPreview: Types.TweetPreview;
  TweetProblem: Types.TweetProblem;
  UploadTweetMediaInput: Types.UploadTweetMediaInput;
  XAccount: Types.XAccount;
  XAccountIdInput: Types.XAccountIdInput;
  XConnect: Types.XConnect;
  XMe: Types.XMe;
  XMedia: Types.XMedia;
  XPart: Types.XPart;
  XPollInput: Types.XPollInput;
  XPost: Types.XPost;
  XPostError: Types.XPostError;
  XPostIdInput: Types.XPostIdInput;
  XPostPage: Types.XPostPage;
  XPostsInput: Types.XPostsInput;
};

export interface DateTimeScalarConfig extends GraphQLScalarTypeConfig<ResolversTypes['DateTime'], any> {
  name: 'DateTime';
}

export type DeletedTweetResolvers<ContextType = OperationContext, ParentType extends ResolversParentTypes['DeletedTweet'] = ResolversParentTypes['DeletedTweet']> = {
  deletedAt: Resolver<ResolversTypes['DateTime'], ParentType, ContextType>;
  tweetId: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
};

export type MutationResolvers<ContextType = OperationContext, ParentType extends ResolversParentTypes['Mutation'] = ResolversParentTypes['Mutation']> = {
  cancelTweet?: Resolver<ResolversTypes['XPost'], ParentType, ContextType, RequireFields<Types.MutationCancelTweetArgs, 'input'>>;
  connectXAccount?: Resolver<ResolversTypes['XAccount'], ParentType, ContextType, RequireFields<Types.MutationConnectXAccountArgs, 'input'>>;
  deleteTweet?: Resolver<ResolversTypes['DeletedTweet'], ParentType, ContextType, RequireFields<Types.MutationDeleteTweetArgs, 'input'>>;
  disconnectXAccount?: Resolver<ResolversTypes['XAccount'], ParentType, ContextType, RequireFields<Types.MutationDisconnectXAccountArgs, 'input'>>;
  postThread?: Resolver<ResolversTypes['XPost'], ParentType, ContextType, RequireFields<Types.MutationPostThreadArgs, 'input'>>;
  postTweet?: Resolver<ResolversTypes['XPost'], ParentType, ContextType, RequireFields<Types.MutationPostTweetArgs, 'input'>>;
  resolveTweet?: Resolver<ResolversTypes['XPost'], ParentType, ContextType, RequireFields<Types.MutationResolveTweetArgs, 'input'>>;
  retryTweet?: Resolver<ResolversTypes['XPost'], ParentType, ContextType, RequireFields<Types.MutationRetryTweetArgs, 'input'>>;
  startXConnect?: Resolver<ResolversTypes['XConnect'], ParentType, ContextType, RequireFields<Types.MutationStartXConnectArgs, 'input'>>;
  uploadTweetMedia?: Resolver<ResolversTypes['XMedia'], ParentType, ContextType, RequireFields<Types.MutationUploadTweetMediaArgs, 'input'>>;
};

export type QueryResolvers<ContextType = OperationContext, ParentType extends ResolversParentTypes['Query'] = ResolversParentTypes['Query']> = {
  previewTweet?: Resolver<ResolversTypes['TweetPreview'], ParentType, ContextType, RequireFields<Types.QueryPreviewTweetArgs, 'input'>>;
  xAccounts?: Resolver<Array<ResolversTypes['XAccount']>, ParentType, ContextType>;
  xMe?: Resolver<ResolversTypes['XMe'], ParentType, ContextType>;
  xMedia?: Resolver<Types.Maybe<ResolversTypes['XMedia']>, ParentType, ContextType, RequireFields<Types.QueryXMediaArgs, 'id'>>;
  xPost?: Resolver<Types.Maybe<ResolversTypes['XPost']>, ParentType, ContextType, RequireFields<Types.QueryXPostArgs, 'id'>>;
  xPosts?: Resolver<ResolversTypes['XPostPage'], ParentType, ContextType, Partial<Types.QueryXPostsArgs>>;
};

export type TweetPartPreviewResolvers<ContextType = OperationContext, ParentType extends ResolversParentTypes['TweetPartPreview'] = ResolversParentTypes['TweetPartPreview']> = {
  position: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
  remaining: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
  text: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  weightedLength: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
};

export type TweetPreviewResolvers<ContextType = OperationContext, ParentType extends ResolversParentTypes['TweetPreview'] = ResolversParentTypes['TweetPreview']> = {
  costMicroUsd: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
  parts: Resolver<Array<ResolversTypes['TweetPartPreview']>, ParentType, ContextType>;
  problems: Resolver<Array<ResolversTypes['TweetProblem']>, ParentType, ContextType>;
};

export type TweetProblemResolvers<ContextType = OperationContext, ParentType extends ResolversParentTypes['TweetProblem'] = ResolversParentTypes['TweetProblem']> = {
  blocking: Resolver<ResolversTypes['Boolean'], ParentType, ContextType>;
  code: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  field: Resolver<Types.Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  message: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  position: Resolver<Types.Maybe<ResolversTypes['Int']>, ParentType, ContextType>;
  userAction: Resolver<ResolversTypes['XUserAction'], ParentType, ContextType>;
};

export type XAccountResolvers<ContextType = OperationContext, ParentType extends ResolversParentTypes['XAccount'] = ResolversParentTypes['XAccount']> = {
  connectedAt: Resolver<ResolversTypes['DateTime'], ParentType, ContextType>;
  id: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
  isDefault: Resolver<ResolversTypes['Boolean'], ParentType, ContextType>;
  postsRemaining: Resolver<Types.Maybe<ResolversTypes['Int']>, ParentType, ContextType>;
  postsResetAt: Resolver<Types.Maybe<ResolversTypes['DateTime']>, ParentType, ContextType>;
  state: Resolver<ResolversTypes['XAccountState'], ParentType, ContextType>;
  username: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  xUserId: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
};

export type XConnectResolvers<ContextType = OperationContext, ParentType extends ResolversParentTypes['XConnect'] = ResolversParentTypes['XConnect']> = {
  expiresAt: Resolver<ResolversTypes['DateTime'], ParentType, ContextType>;
  url: Resolver<ResolversTypes['String'], ParentType, ContextType>;
};

export type XMeResolvers<ContextType = OperationContext, ParentType extends ResolversParentTypes['XMe'] = ResolversParentTypes['XMe']> = {
  name: Resolver<Types.Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  userId: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
  username: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  xUserId: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
};

export type XMediaResolvers<ContextType = OperationContext, ParentType extends ResolversParentTypes['XMedia'] = ResolversParentTypes['XMedia']> = {
  altText: Resolver<Types.Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  expiresAt: Resolver<ResolversTypes['DateTime'], ParentType, ContextType>;
  id: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
  kind: Resolver<ResolversTypes['XMediaKind'], ParentType, ContextType>;
  progress: Resolver<Types.Maybe<ResolversTypes['Int']>, ParentType, ContextType>;
  state: Resolver<ResolversTypes['XMediaState'], ParentType, ContextType>;
};

export type XPartResolvers<ContextType = OperationContext, ParentType extends ResolversParentTypes['XPart'] = ResolversParentTypes['XPart']> = {
  deletedAt: Resolver<Types.Maybe<ResolversTypes['DateTime']>, ParentType, ContextType>;
  error: Resolver<Types.Maybe<ResolversTypes['XPostError']>, ParentType, ContextType>;
  mediaIds: Resolver<Array<ResolversTypes['ID']>, ParentType, ContextType>;
  position: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
  state: Resolver<ResolversTypes['XPostState'], ParentType, ContextType>;
  text: Resolver<Types.Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  tweetId: Resolver<Types.Maybe<ResolversTypes['ID']>, ParentType, ContextType>;
  url: Resolver<Types.Maybe<ResolversTypes['String']>, ParentType, ContextType>;
};

export type XPostResolvers<ContextType = OperationContext, ParentType extends ResolversParentTypes['XPost'] = ResolversParentTypes['XPost']> = {
  accountId: Resolver<Types.Maybe<ResolversTypes['ID']>, ParentType, ContextType>;
  costMicroUsd: Resolver<Types.Maybe<ResolversTypes['Int']>, ParentType, ContextType>;
  createdAt: Resolver<ResolversTypes['DateTime'], ParentType, ContextType>;
  deduplicated: Resolver<ResolversTypes['Boolean'], ParentType, ContextType>;
  deletedAt: Resolver<Types.Maybe<ResolversTypes['DateTime']>, ParentType, ContextType>;
  error: Resolver<Types.Maybe<ResolversTypes['XPostError']>, ParentType, ContextType>;
  expiresAt: Resolver<Types.Maybe<ResolversTypes['DateTime']>, ParentType, ContextType>;
  id: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
  idempotencyKey: Resolver<Types.Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  parts: Resolver<Array<ResolversTypes['XPart']>, ParentType, ContextType>;
  state: Resolver<ResolversTypes['XPostState'], ParentType, ContextType>;
  tweetId: Resolver<Types.Maybe<ResolversTypes['ID']>, ParentType, ContextType>;
  url: Resolver<Types.Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  xUserId: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
};

export type XPostErrorResolvers<ContextType = OperationContext, ParentType extends ResolversParentTypes['XPostError'] = ResolversParentTypes['XPostError']> = {
  code: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  message: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  retryAt: Resolver<Types.Maybe<ResolversTypes['DateTime']>, ParentType, ContextType>;
  userAction: Resolver<ResolversTypes['XUserAction'], ParentType, ContextType>;
};

export type XPostPageResolvers<ContextType = OperationContext, ParentType extends ResolversParentTypes['XPostPage'] = ResolversParentTypes['XPostPage']> = {
  endCursor: Resolver<Types.Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  hasNextPage: Resolver<ResolversTypes['Boolean'], ParentType, ContextType>;
  posts: Resolver<Array<ResolversTypes['XPost']>, ParentType, ContextType>;
};

export type Resolvers<ContextType = OperationContext> = {
  DateTime: GraphQLScalarType;
  DeletedTweet: DeletedTweetResolvers<ContextType>;
  Mutation: MutationResolvers<ContextType>;
  Query: QueryResolvers<ContextType>;
  TweetPartPreview: TweetPartPreviewResolvers<ContextType>;
  TweetPreview: TweetPreviewResolvers<ContextType>;
  TweetProblem: TweetProblemResolvers<ContextType>;
  XAccount: XAccountResolvers<ContextType>;
  XConnect: XConnectResolvers<ContextType>;
  XMe: XMeResolvers<ContextType>;
  XMedia: XMediaResolvers<ContextType>;
  XPart: XPartResolvers<ContextType>;
  XPost: XPostResolvers<ContextType>;
  XPostError: XPostErrorResolvers<ContextType>;
  XPostPage: XPostPageResolvers<ContextType>;
};

