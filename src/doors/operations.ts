import type { Accounts, Posting, PostOrigin, Session, XPost } from '../kernel/index.ts';
import type { Resolvers } from './resolvers.generated.ts';

/** What a resolver may know about the request it answers. */
export interface OperationContext {
  readonly requestId: string;
  /** The length of the whole request body in bytes. */
  readonly bodyBytes: number;
  /** Told what was asked for and how it was refused, for the log and the metrics. */
  readonly report: { operation: string | undefined; refusal: string | undefined; postId: string | undefined };
  /** Who asks; throws the refusal when nobody may. Introspection never calls it. */
  readonly session: () => Session;
  readonly origin: PostOrigin;
}

export type Operations = Pick<Resolvers, 'Mutation' | 'Query'>;

/** One resolver for each root field of the SDL; every door runs these. */
export const createOperations = (posting: Posting, accounts: Accounts) =>
  ({
    Mutation: {
      postTweet: async (_root, { input }, context) =>
        noted(context, posting.postTweet(context.session(), input, context.origin)),
      postThread: async (_root, { input }, context) =>
        noted(context, posting.postThread(context.session(), input, context.origin)),
      cancelTweet: async (_root, { input }, context) =>
        noted(context, posting.cancelTweet(context.session(), input.id)),
      retryTweet: async (_root, { input }, context) =>
        noted(context, posting.retryTweet(context.session(), input.id)),
      resolveTweet: async (_root, { input }, context) =>
        noted(context, posting.resolveTweet(context.session(), input)),
      deleteTweet: async (_root, { input }, context) => posting.deleteTweet(context.session(), input),
      uploadTweetMedia: async (_root, { input }, context) =>
        posting.uploadTweetMedia(context.session(), input),
      startXConnect: async (_root, { input }, context) => accounts.startXConnect(context.session(), input),
      connectXAccount: async (_root, { input }, context) =>
        accounts.connectXAccount(context.session(), input),
      disconnectXAccount: async (_root, { input }, context) =>
        accounts.disconnectXAccount(context.session(), input.id),
    },
    Query: {
      xMe: async (_root, _arguments, context) => posting.xMe(context.session()),
      xAccounts: async (_root, _arguments, context) => accounts.xAccounts(context.session()),
      xPost: async (_root, { id }, context) => posting.xPost(context.session(), id),
      xPosts: async (_root, { input }, context) => posting.xPosts(context.session(), input ?? {}),
      xMedia: async (_root, { id }, context) => posting.xMedia(context.session(), id),
      previewTweet: async (_root, { input }, context) => posting.previewTweet(context.session(), input),
    },
  }) satisfies Operations;

/** Ties the request's log line to those of the post. */
const noted = async (context: OperationContext, answering: Promise<XPost>): Promise<XPost> => {
  const post = await answering;
  context.report.postId = post.id;
  return post;
};
