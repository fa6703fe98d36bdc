import type { AnswerErrorCode, UserAction } from './errors.ts';
import type { PostId, PostRequestId } from './ids.ts';

/*
 * Posts that the GraphQL engine asks for with a row of `herald.post_request`, and the events that tell of one.
 */

/** What made somebody ask for a post: for tying things together, never for deciding anything. */
export interface PostOrigin {
  /** The trace of the request: 32 or 16 lower-case hexadecimal digits. */
  readonly traceId?: string | undefined;
  /** The row that asks, and the event that told of it: both are tied to the post in the moment in which it is accepted. */
  readonly request?: { readonly id: PostRequestId; readonly eventId: string } | undefined;
}

/** A row as it was inserted, nothing of it checked but its size; and what became of it. */
export interface PostRequest {
  readonly id: PostRequestId;
  readonly userId: string;
  readonly text: string | undefined;
  readonly inReplyToTweetId: string | undefined;
  readonly replySettings: string | undefined;
  readonly accountId: string | undefined;
  readonly idempotencyKey: string | undefined;
  readonly expiresAt: Date | undefined;
  readonly postId: PostId | undefined;
  /** Why there is no post; another event may still bring one about. */
  readonly refusal: PostRefusal | undefined;
}

/** What its user sees of a refusal. */
export interface PostRefusal {
  readonly code: AnswerErrorCode;
  readonly message: string;
  readonly userAction: UserAction;
}

/** Every method throws `TEMPORARILY_UNAVAILABLE` when the database is away. */
export interface PostRequestStore {
  /** Undefined when there is no such row. */
  find(id: PostRequestId): Promise<PostRequest | undefined>;
  /** Ties the row to a post that was there before, and remembers the event. */
  settle(id: PostRequestId, eventId: string, postId: string): Promise<void>;
  /** Writes down why there is no post, and remembers the event. False when there is a post by now: then nothing is written. */
  refuse(id: PostRequestId, eventId: string, refusal: PostRefusal): Promise<boolean>;
  /** Whether an event was dealt with before. */
  isKnown(eventId: string): Promise<boolean>;
  remember(eventId: string): Promise<void>;
}
