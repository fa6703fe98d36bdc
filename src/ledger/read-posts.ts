import {
  HeraldError,
  type Keyed,
  type LedgerAttempt,
  type LedgerPost,
  type Page,
  type PageRequest,
  type PostId,
  parsePostId,
  type SealedCredential,
  type UserId,
} from '../kernel/index.ts';
import type { Database } from './database.ts';
import { type CredentialRow, type PostRow, postColumns, toCredential, toOnePost, toPosts } from './rows.ts';

const REPEAT_FOR_MS = 2_000;
const LARGEST_PAGE = 100;

const selectPost = {
  name: 'post',
  text: `
select ${postColumns} from herald.post join herald.part on part.post_id = post.id
where post.id = $1 and ($2::text is null or post.user_id = $2)
order by part.position`,
};

const selectKeyed = {
  name: 'post_with_key',
  text: `
select ${postColumns}, post.fingerprint from herald.post join herald.part on part.post_id = post.id
where post.user_id = $1 and post.idempotency_key = $2
order by part.position`,
};

const selectPage = (whose: string) => `
with post as (
  select * from herald.post
  where ${whose} and ($2::timestamptz is null or (created_at, id) < ($2, $3::uuid))
    and ($4::text[] is null or state = any ($4))
  order by created_at desc, id desc limit $5
)
select ${postColumns} from post join herald.part on part.post_id = post.id
order by post.created_at desc, post.id desc, part.position`;

const selectPageOfUser = { name: 'posts', text: selectPage('user_id = $1') };
const selectPageOfAll = { name: 'posts_of_all', text: selectPage('$1::text is null') };

const selectAttempts = {
  name: 'attempts',
  text: `
select position, attempt, fence, started_at, deadline_at, finished_at, outcome, code, reason, http_status,
  x_transaction_id
from herald.attempt where post_id = $1 order by position, fence`,
};

const selectCredential = {
  name: 'kept_credential',
  text: 'select kid, sealed from herald.post_credential where post_id = $1',
};

interface AttemptRow {
  readonly position: number;
  readonly attempt: number;
  readonly fence: string;
  readonly started_at: Date;
  readonly deadline_at: Date;
  readonly finished_at: Date | null;
  readonly outcome: NonNullable<LedgerAttempt['outcome']> | null;
  readonly code: string | null;
  readonly reason: string | null;
  readonly http_status: number | null;
  readonly x_transaction_id: string | null;
}

export const readPostWithKey = async (
  database: Database,
  userId: UserId,
  key: string,
): Promise<Keyed | undefined> => {
  const rows = await database.query<PostRow & { fingerprint: Buffer }>(
    selectKeyed,
    [userId, key],
    REPEAT_FOR_MS,
  );
  const post = toOnePost(rows);
  return post && rows[0] && { post, fingerprint: rows[0].fingerprint };
};

/** Somebody else's post is undefined, as if it did not exist. Without a user: anybody's. */
export const readPost = async (
  database: Database,
  userId: UserId | undefined,
  id: PostId,
): Promise<LedgerPost | undefined> =>
  toOnePost(await database.query<PostRow>(selectPost, [id, userId ?? null], REPEAT_FOR_MS));

/** @throws HeraldError INVALID_INPUT for a cursor that is none, or a page of less than 1 or more than 100 */
export const readPage = async (
  database: Database,
  userId: UserId | undefined,
  { first, after, states }: PageRequest,
): Promise<Page> => {
  if (!(Number.isInteger(first) && first >= 1 && first <= LARGEST_PAGE)) {
    throw new HeraldError('INVALID_INPUT', {
      field: 'first',
      message: `first is between 1 and ${LARGEST_PAGE}.`,
    });
  }
  const cursor = after === undefined ? undefined : parseCursor(after);
  const values = [userId ?? null, cursor?.createdAt ?? null, cursor?.id ?? null, states ?? null, first + 1];
  const statement = userId === undefined ? selectPageOfAll : selectPageOfUser;
  const found = toPosts(await database.query<PostRow>(statement, values, REPEAT_FOR_MS));
  const posts = found.slice(0, first);
  const last = posts.at(-1);
  return {
    posts,
    endCursor: last === undefined ? undefined : formatCursor(last),
    hasNextPage: found.length > first,
  };
};

/** Every attempt of a post's parts, oldest first; for operators. */
export const readAttempts = async (database: Database, id: PostId): Promise<readonly LedgerAttempt[]> => {
  const rows = await database.query<AttemptRow>(selectAttempts, [id], REPEAT_FOR_MS);
  return rows.map((row) => ({
    position: row.position,
    attempt: row.attempt,
    fence: row.fence,
    startedAt: row.started_at,
    deadlineAt: row.deadline_at,
    finishedAt: row.finished_at ?? undefined,
    outcome: row.outcome ?? undefined,
    code: row.code ?? undefined,
    reason: row.reason ?? undefined,
    httpStatus: row.http_status ?? undefined,
    xTransactionId: row.x_transaction_id ?? undefined,
  }));
};

/** The sealed credentials of a post that is not final; for operators. */
export const readKeptCredential = async (
  database: Database,
  id: PostId,
): Promise<SealedCredential | undefined> => {
  const [row] = await database.query<CredentialRow>(selectCredential, [id], REPEAT_FOR_MS);
  return row === undefined ? undefined : toCredential(row);
};

const formatCursor = ({ createdAt, id }: LedgerPost): string =>
  Buffer.from(`${createdAt.getTime()} ${id}`).toString('base64url');

const parseCursor = (cursor: string): { readonly createdAt: Date; readonly id: PostId } => {
  const [, time, uuid = ''] = /^(\d{1,14}) (\S{36})$/.exec(Buffer.from(cursor, 'base64url').toString()) ?? [];
  const id = parsePostId(uuid);
  if (time === undefined || id === undefined) {
    throw new HeraldError('INVALID_INPUT', {
      field: 'after',
      message: 'after is the endCursor of an earlier page.',
    });
  }
  return { createdAt: new Date(Number(time)), id };
};
