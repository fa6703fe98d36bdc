import type { PostTweetInput, Session, XMe, XPost } from '../kernel/index.ts';
import type { Resolvers } from './resolvers.generated.ts';

/** What a resolver may know about the request it answers. */
export interface OperationContext {
  readonly requestId: string;
  /** Who asks; throws the refusal when nobody may. Introspection never calls it. */
  readonly session: () => Session;
}

/** What the doors need of the product. */
export interface Posting {
  postTweet(session: Session, input: PostTweetInput): Promise<XPost>;
  xMe(session: Session): Promise<XMe>;
}

export type Operations = Pick<Resolvers, 'Mutation' | 'Query'>;

/** One resolver for each root field of the SDL; every door runs these. */
export const createOperations = (posting: Posting) =>
  ({
    Mutation: {
      postTweet: async (_root, { input }, context) => posting.postTweet(context.session(), input),
    },
    Query: {
      xMe: async (_root, _arguments, context) => posting.xMe(context.session()),
    },
  }) satisfies Operations;
