import type {
  AccountId,
  LedgerMedia,
  MediaId,
  MediaKind,
  MediaState,
  MediaStore,
  NewMedia,
  OverBudget,
  UserId,
  XMediaId,
  XUserId,
} from '../kernel/index.ts';
import type { Database } from './database.ts';
import type { LedgerSettings } from './settings.ts';
import { charge, limitValues, unlessOverBudget } from './spending.ts';

const REPEAT_FOR_MS = 2_000;
/** X has the file already, or has refused it. */
const CHANGE_FOR_MS = 30_000;

const columns = `media.id, media.user_id, media.x_user_id, media.account_id, media.kind, media.state, media.progress,
  media.alt_text, media.x_media_id, media.expires_at, media.check_at, media.created_at`;

/** Whoever begins the same one again lost the answer to the first time. */
const insertMedia = {
  name: 'begin_media',
  text: `
with media as (
  insert into herald.media (id, user_id, x_user_id, account_id, kind, mime_type, byte_length, alt_text, cost_micro_usd)
  values ($1, $2, $3, $4, $5, $6, $7, $8, $9)
  on conflict (id) do nothing
  returning *
), charged as (${charge('media', '$9::integer', { app: '$10', user: '$11' })})
select ${columns} from media`,
};

/** Gives back what a file cost that X did not take after all, on the day it came. `media` is SQL. */
export const refund = (media: string): string => `
  select herald.add_to_spending(user_id, (created_at at time zone 'utc')::date, -cost_micro_usd)
  from ${media} as refunded where state = 'FAILED' and cost_micro_usd > 0`;

/** Only what is PROCESSING changes. The refund is read, because nobody computes what nobody reads. */
const changeMedia = {
  name: 'change_media',
  text: `
with media as (
  update herald.media
  set state = $2, progress = coalesce($3, progress), x_media_id = coalesce($4, x_media_id),
    check_at = coalesce($5, check_at), expires_at = coalesce($6, expires_at)
  where id = $1 and state = 'PROCESSING'
  returning *
), refunds as (${refund('media')})
select ${columns}, (select count(*) from refunds) from media`,
};

const selectMedia = {
  name: 'media',
  text: `select ${columns} from herald.media where user_id = $1 and id = any ($2::uuid[])`,
};

const selectOne = { name: 'one_media', text: `select ${columns} from herald.media where id = $1` };

interface MediaRow {
  readonly id: MediaId;
  readonly user_id: UserId;
  readonly x_user_id: XUserId;
  readonly account_id: AccountId | null;
  readonly kind: MediaKind;
  readonly state: MediaState;
  readonly progress: number | null;
  readonly alt_text: string | null;
  readonly x_media_id: XMediaId | null;
  readonly expires_at: Date;
  readonly check_at: Date | null;
  readonly created_at: Date;
}

export const openMedia = (database: Database, settings: LedgerSettings): MediaStore => ({
  begin: (media) => begin(database, settings, media),
  change: async (id, { state, progress, xMediaId, checkAt, expiresAt }) => {
    const values = [id, state, progress ?? null, xMediaId ?? null, checkAt ?? null, expiresAt ?? null];
    const [row] = await database.query<MediaRow>(changeMedia, values, CHANGE_FOR_MS);
    return row === undefined ? readOne(database, id) : toMedia(row);
  },
  find: async (userId, ids) =>
    (await database.query<MediaRow>(selectMedia, [userId, ids], REPEAT_FOR_MS)).map(toMedia),
});

const begin = (
  database: Database,
  settings: LedgerSettings,
  { id, userId, xUserId, accountId, kind, mimeType, byteLength, altText, costMicroUsd }: NewMedia,
): Promise<LedgerMedia | OverBudget> =>
  unlessOverBudget(database, async () => {
    const file = [accountId ?? null, kind, mimeType, byteLength, altText ?? null];
    const values = [id, userId, xUserId, ...file, costMicroUsd, ...limitValues(settings)];
    const [row] = await database.query<MediaRow>(insertMedia, values, REPEAT_FOR_MS);
    return row === undefined ? readOne(database, id) : toMedia(row);
  });

const readOne = async (database: Database, id: MediaId): Promise<LedgerMedia> => {
  const [row] = await database.query<MediaRow>(selectOne, [id], REPEAT_FOR_MS);
  if (row === undefined) throw new Error(`File ${id} is not in the ledger`);
  return toMedia(row);
};

const toMedia = (row: MediaRow): LedgerMedia => ({
  id: row.id,
  userId: row.user_id,
  xUserId: row.x_user_id,
  accountId: row.account_id ?? undefined,
  kind: row.kind,
  state: row.state,
  progress: row.progress ?? undefined,
  altText: row.alt_text ?? undefined,
  xMediaId: row.x_media_id ?? undefined,
  expiresAt: row.expires_at,
  checkAt: row.check_at ?? undefined,
  createdAt: row.created_at,
});
