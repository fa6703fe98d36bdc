import {
  HeraldError,
  type PostRefusal,
  type PostRequest,
  type PostRequestId,
  type PostRequestStore,
  type PostTweetInput,
  type XPost,
} from '../kernel/index.ts';

/** What became of an event: the post and its state, or why there is none. */
export interface EventAnswer {
  readonly postId: string | null;
  readonly state: XPost['state'] | 'REFUSED' | 'DONE';
  readonly error?: PostRefusal;
}

/** The operations of the SDL that a request needs, for the user who asks in it. */
export interface RequestTools {
  readonly requests: PostRequestStore;
  readonly postTweet: (request: PostRequest, input: Record<string, unknown>) => Promise<XPost>;
  readonly xPost: (request: PostRequest, id: string) => Promise<XPost>;
}

/**
 * Posts what a row of `herald.post_request` asks for, once, however often and by whichever events it is told: the row is
 * tied to its post in the statement that accepts the post, and until then the row's id is the post's idempotency key. A refusal
 * that a retry cannot heal is written on the row, for its user to see; another event for the same row tries again.
 * Throws `NOT_FOUND` without such a row, and what a retry may heal.
 */
export const postRequested = async (
  tools: RequestTools,
  id: PostRequestId,
  eventId: string,
): Promise<EventAnswer> => {
  const request = await tools.requests.find(id);
  if (request === undefined) throw noSuchRequest();
  if (request.postId !== undefined) return answer(await tools.xPost(request, request.postId));
  if (request.refusal !== undefined && (await tools.requests.isKnown(eventId)))
    return refused(request.refusal);
  try {
    const post = await tools.postTweet(request, inputOf(request));
    if (post.deduplicated) await tools.requests.settle(id, eventId, post.id);
    return answer(post);
  } catch (error) {
    if (!(error instanceof HeraldError) || mayHeal(error)) throw error;
    const { code, message, userAction } = error;
    const isWritten = await tools.requests.refuse(id, eventId, { code, message, userAction });
    // Another delivery was faster, and posted.
    return isWritten ? refused({ code, message, userAction }) : postRequested(tools, id, eventId);
  }
};

/** Whether the same event may pass later without anybody doing anything. */
export const mayHeal = ({ code }: HeraldError): boolean =>
  code === 'TEMPORARILY_UNAVAILABLE' || code === 'RATE_LIMITED' || code === 'INTERNAL';

const inputOf = (request: PostRequest) =>
  ({
    text: request.text ?? null,
    inReplyToTweetId: request.inReplyToTweetId ?? null,
    // Any text may stand in the row; the SDL says which are settings.
    replySettings: (request.replySettings as PostTweetInput['replySettings']) ?? null,
    accountId: request.accountId ?? null,
    idempotencyKey: request.idempotencyKey ?? `event:${request.id}`,
    expiresAt: request.expiresAt?.toISOString() ?? null,
  }) satisfies PostTweetInput;

const answer = ({ id, state }: XPost): EventAnswer => ({ postId: id, state });

const refused = (error: PostRefusal): EventAnswer => ({ postId: null, state: 'REFUSED', error });

const noSuchRequest = (): HeraldError =>
  new HeraldError('NOT_FOUND', {
    message:
      "herald.post_request has no such row. Either it was deleted, or the engine's source is another database than Herald's.",
  });
