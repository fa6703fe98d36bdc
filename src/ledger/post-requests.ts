import type {
  AnswerErrorCode,
  PostId,
  PostRequest,
  PostRequestId,
  PostRequestStore,
  UserAction,
} from '../kernel/index.ts';
import type { Database } from './database.ts';

const REPEAT_FOR_MS = 2_000;

const remembered = (eventId: string): string =>
  `insert into herald.event (id) values (${eventId}) on conflict do nothing`;

/**
 * What accepting a post of a request does besides, in the same statement. A refusal of before is over. `post` is the row
 * that was written, if any.
 */
export const tieRequest = (id: string, eventId: string): string => `, request as (
  update herald.post_request
  set post_id = post.id, error_code = null, error_message = null, error_user_action = null
  from post where post_request.id = ${id}
), event as (
  insert into herald.event (id) select ${eventId} from post on conflict do nothing
)`;

const selectRequest = {
  name: 'post_request',
  text: `
select id, user_id, text, in_reply_to_tweet_id, reply_settings, account_id, idempotency_key, expires_at, post_id,
  error_code, error_message, error_user_action
from herald.post_request where id = $1`,
};

const settleRequest = {
  name: 'settle_post_request',
  text: `
with event as (${remembered('$2')})
update herald.post_request set post_id = $3, error_code = null, error_message = null, error_user_action = null
where id = $1 and post_id is null`,
};

const refuseRequest = {
  name: 'refuse_post_request',
  text: `
with event as (${remembered('$2')})
update herald.post_request set error_code = $3, error_message = $4, error_user_action = $5
where id = $1 and post_id is null
returning id`,
};

const selectEvent = { name: 'event', text: 'select id from herald.event where id = $1' };
const insertEvent = { name: 'remember_event', text: remembered('$1') };

interface RequestRow {
  readonly id: PostRequestId;
  readonly user_id: string;
  readonly text: string | null;
  readonly in_reply_to_tweet_id: string | null;
  readonly reply_settings: string | null;
  readonly account_id: string | null;
  readonly idempotency_key: string | null;
  readonly expires_at: Date | null;
  readonly post_id: PostId | null;
  readonly error_code: AnswerErrorCode | null;
  readonly error_message: string | null;
  readonly error_user_action: UserAction | null;
}

export const openPostRequests = (database: Database): PostRequestStore => {
  const run = <Row extends object>(statement: { name: string; text: string }, values: unknown[]) =>
    database.query<Row>(statement, values, REPEAT_FOR_MS);
  return {
    find: async (id) => {
      const [row] = await run<RequestRow>(selectRequest, [id]);
      return row && toRequest(row);
    },
    settle: async (id, eventId, postId) => {
      await run(settleRequest, [id, eventId, postId]);
    },
    refuse: async (id, eventId, { code, message, userAction }) =>
      (await run(refuseRequest, [id, eventId, code, message, userAction])).length > 0,
    isKnown: async (eventId) => (await run(selectEvent, [eventId])).length > 0,
    remember: async (eventId) => {
      await run(insertEvent, [eventId]);
    },
  };
};

const toRequest = (row: RequestRow): PostRequest => ({
  id: row.id,
  userId: row.user_id,
  text: row.text ?? undefined,
  inReplyToTweetId: row.in_reply_to_tweet_id ?? undefined,
  replySettings: row.reply_settings ?? undefined,
  accountId: row.account_id ?? undefined,
  idempotencyKey: row.idempotency_key ?? undefined,
  expiresAt: row.expires_at ?? undefined,
  postId: row.post_id ?? undefined,
  refusal: toRefusal(row),
});

const toRefusal = ({ error_code, error_message, error_user_action }: RequestRow): PostRequest['refusal'] =>
  error_code === null || error_message === null || error_user_action === null
    ? undefined
    : { code: error_code, message: error_message, userAction: error_user_action };
