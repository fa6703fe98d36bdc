import {
  type Changed,
  HeraldError,
  type LedgerPost,
  type PostId,
  parsePostId,
  parseTweetId,
  type Resolution,
  type ResolveTweetInput,
  type Session,
  type TweetId,
  type XPost,
  type XPostPage,
  type XPostsInput,
} from '../kernel/index.ts';
import { toXPost } from './answer.ts';
import { overBudget } from './budget.ts';
import { deliver } from './deliver.ts';
import { inTime } from './in-time.ts';
import { valueOrThrow } from './read-value.ts';
import type { PostingTools } from './tools.ts';

/** One post of the caller. Throws `NOT_FOUND` for an id that is unknown, malformed or of another user. */
export const xPost = async (tools: PostingTools, session: Session, id: string): Promise<XPost> =>
  toXPost(await ownPost(tools, session, readId(id)), tools.tweetUrl);

const PAGE = { least: 1, usual: 20, most: 100 };

/** The caller's posts, newest first. Throws `INVALID_INPUT` for a page size or a cursor that cannot be. */
export const xPosts = async (
  { ledger, tweetUrl }: PostingTools,
  session: Session,
  input: XPostsInput,
): Promise<XPostPage> => {
  const first = input.first ?? PAGE.usual;
  if (first < PAGE.least || first > PAGE.most) {
    throw new HeraldError('INVALID_INPUT', {
      field: 'first',
      message: `first must be ${PAGE.least} to ${PAGE.most}.`,
    });
  }
  const page = await ledger.posts(session.userId, {
    first,
    after: input.after ?? undefined,
    states: input.states ?? undefined,
  });
  return {
    posts: page.posts.map((post) => toXPost(post, tweetUrl)),
    endCursor: page.endCursor ?? null,
    hasNextPage: page.hasNextPage,
  };
};

/** Cancels what waits. Throws `STATE_CONFLICT` when nothing does. */
export const cancelTweet = async (tools: PostingTools, session: Session, id: string): Promise<XPost> => {
  const changed = await tools.ledger.cancel(session.userId, readId(id));
  return toXPost(
    postOf(changed, 'Nothing of this post waits any more, so nothing can be cancelled.'),
    tools.tweetUrl,
  );
};

/**
 * Sends failed or cancelled parts again, at once: with the caller's credentials, or those of the account that the post is
 * of. Throws `STATE_CONFLICT` when there are none, when the thread's `onPartFailure` ended it, or when the session is of
 * another X account, and `BUDGET_EXCEEDED`.
 */
export const retryTweet = async (tools: PostingTools, session: Session, id: string): Promise<XPost> => {
  const postId = readId(id);
  const { accountId } = await ownPost(tools, session, postId);
  const changed = await tools.useCredentials(session, accountId, async (credentials) => {
    const { userId } = session;
    const { xUserId, sealedAt } = credentials;
    const request = { id: postId, userId, xUserId, accountId: credentials.accountId, sealedAt };
    const credential =
      credentials.accountId === undefined
        ? await tools.kept.keep(credentials, { postId, userId, xUserId })
        : undefined;
    return tools.ledger.retry({ ...request, credential });
  });
  const post = postOf(
    changed,
    'Only what failed or was cancelled can be sent again, as the same X account, and no thread that stops or is taken back when a part fails: post it anew.',
  );
  return toXPost(await sendNow(tools, post), tools.tweetUrl);
};

/**
 * Decides a post in doubt. Throws `STATE_CONFLICT` when it is not in doubt, and `INVALID_INPUT` when `tweetId` is missing,
 * unknown to X or of another author.
 */
export const resolveTweet = async (
  tools: PostingTools,
  session: Session,
  input: ResolveTweetInput,
): Promise<XPost> => {
  const post = await ownPost(tools, session, readId(input.id));
  const resolution = await readResolution(tools, session, post, input);
  const changed = await tools.ledger.resolve(session.userId, post.id, resolution);
  const resolved = postOf(changed, resolutionConflict(input.resolution));
  return toXPost(input.resolution === 'SEND_IT' ? await sendNow(tools, resolved) : resolved, tools.tweetUrl);
};

const resolutionConflict = (resolution: ResolveTweetInput['resolution']): string =>
  resolution === 'IT_IS_THERE'
    ? 'This post is not in doubt, or another post has this tweet.'
    : `${resolution} is for a post that needs review; one that is UNKNOWN is still being looked for.`;

const readResolution = async (
  tools: PostingTools,
  session: Session,
  post: LedgerPost,
  { resolution, tweetId }: ResolveTweetInput,
): Promise<Resolution> => {
  if (resolution === 'IT_IS_THERE') {
    return {
      kind: resolution,
      tweetId: await provenTweet(tools, session, post, readTweetId(tweetId ?? '')),
    };
  }
  const { id: postId, userId, xUserId, accountId } = post;
  if (resolution === 'GIVE_UP' || accountId !== undefined || session.envelopes === undefined)
    return { kind: resolution };
  return tools.useCredentials(session, undefined, async (credentials) => {
    if (credentials.xUserId !== xUserId) throw otherAccount();
    const credential = await tools.kept.keep(credentials, { postId, userId, xUserId });
    return { kind: resolution, credential, sealedAt: credentials.sealedAt };
  });
};

/** A person's word is not enough: X must have the tweet, and it must be of the post's account. */
const provenTweet = (
  { useCredentials, x, now }: PostingTools,
  session: Session,
  { xUserId, accountId }: LedgerPost,
  tweetId: TweetId,
): Promise<TweetId> =>
  useCredentials(session, accountId, async (credentials) => {
    const tweet = valueOrThrow(await x.tweetById(credentials, tweetId), now());
    if (tweet === undefined) throw invalidTweet('X has no such tweet.');
    if (tweet.authorId !== xUserId) throw invalidTweet('This tweet is of another account.');
    return tweetId;
  });

/** Sends what was made QUEUED in the same breath, where it may be sent now; otherwise the sweep does. */
const sendNow = async (tools: PostingTools, post: LedgerPost): Promise<LedgerPost> => {
  if (tools.gate.held() !== undefined) return post;
  const sending = claimAndDeliver(tools, post);
  return inTime(tools, post, sending, performance.now() + tools.answerWithinMs);
};

/** As it is now, when it may not be sent yet or the sweep was faster. */
const claimAndDeliver = async (tools: PostingTools, post: LedgerPost): Promise<LedgerPost> => {
  const delivery = await tools.ledger.claimPost(post.id);
  if (delivery !== undefined) return deliver(tools, delivery, false);
  return (await tools.ledger.post(post.userId, post.id)) ?? post;
};

const ownPost = async ({ ledger }: PostingTools, { userId }: Session, id: PostId): Promise<LedgerPost> => {
  const post = await ledger.post(userId, id);
  if (post === undefined) throw new HeraldError('NOT_FOUND');
  return post;
};

const postOf = (changed: Changed, conflict: string): LedgerPost => {
  if (changed.kind === 'not_found') throw new HeraldError('NOT_FOUND');
  if (changed.kind === 'over_budget') throw overBudget(changed);
  if (changed.kind === 'changed') return changed.post;
  throw new HeraldError('STATE_CONFLICT', { message: `${conflict} It is ${changed.post.state}.` });
};

const readId = (value: string): PostId => {
  const id = parsePostId(value);
  if (id === undefined) throw new HeraldError('NOT_FOUND');
  return id;
};

const readTweetId = (value: string): TweetId => {
  const tweetId = parseTweetId(value);
  if (tweetId === undefined) throw invalidTweet('IT_IS_THERE needs the id of the tweet.');
  return tweetId;
};

const invalidTweet = (message: string): HeraldError =>
  new HeraldError('INVALID_INPUT', { field: 'tweetId', message });

const otherAccount = (): HeraldError =>
  new HeraldError('STATE_CONFLICT', { message: 'This session is of another X account than the post.' });
