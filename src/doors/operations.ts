import {
  HeraldError,
  type PostTweetInput,
  type ResolveTweetInput,
  type Session,
  type XMe,
  type XPost,
  type XPostPage,
  type XPostsInput,
} from '../kernel/index.ts';
import type { Resolvers } from './resolvers.generated.ts';

/** What a resolver may know about the request it answers. */
export interface OperationContext {
  readonly requestId: string;
  /** The length of the whole request body. */
  readonly bodyBytes: number;
  /** Who asks; throws the refusal when nobody may. Introspection never calls it. */
  readonly session: () => Session;
}

/** What the doors need of the product. */
export interface Posting {
  postTweet(session: Session, input: PostTweetInput): Promise<XPost>;
  cancelTweet(session: Session, id: string): Promise<XPost>;
  retryTweet(session: Session, id: string): Promise<XPost>;
  resolveTweet(session: Session, input: ResolveTweetInput): Promise<XPost>;
  xMe(session: Session): Promise<XMe>;
  xPost(session: Session, id: string): Promise<XPost>;
  xPosts(session: Session, input: XPostsInput): Promise<XPostPage>;
}

export type Operations = Pick<Resolvers, 'Mutation' | 'Query'>;

/** One resolver for each root field of the SDL; every door runs these. */
export const createOperations = (posting: Posting) =>
  ({
    Mutation: {
      postTweet: async (_root, { input }, context) =>
        posting.postTweet(context.session(), limited(input, context)),
      cancelTweet: async (_root, { input }, context) => posting.cancelTweet(context.session(), input.id),
      retryTweet: async (_root, { input }, context) => posting.retryTweet(context.session(), input.id),
      resolveTweet: async (_root, { input }, context) => posting.resolveTweet(context.session(), input),
    },
    Query: {
      xMe: async (_root, _arguments, context) => posting.xMe(context.session()),
      xPost: async (_root, { id }, context) => posting.xPost(context.session(), id),
      xPosts: async (_root, { input }, context) => posting.xPosts(context.session(), input ?? {}),
    },
  }) satisfies Operations;

const INPUT_LIMIT_BYTES = 64 * 1024;

/** The input, unless it is too large. It is only measured when the body that it came in is larger than its limit. */
const limited = <T>(input: T, { bodyBytes }: OperationContext): T => {
  if (bodyBytes > INPUT_LIMIT_BYTES && Buffer.byteLength(JSON.stringify(input)) > INPUT_LIMIT_BYTES) {
    throw new HeraldError('PAYLOAD_TOO_LARGE');
  }
  return input;
};
