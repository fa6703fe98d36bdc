import type pg from 'pg';
import type { PartState, PostId, TweetId } from '../../src/kernel/index.ts';
import { newTweetId } from './fixture.ts';

/** Puts a part into a state, whatever it was in, with all that the schema asks of that state. */
export const forceState = async (
  pool: pg.Pool | pg.PoolClient,
  id: PostId,
  position: number,
  state: PartState,
): Promise<void> => {
  await pool.query(forcePart, [id, position, state, newTweetId()]);
};

const states = ['QUEUED', 'SENDING', 'SENT', 'FAILED', 'UNKNOWN', 'NEEDS_REVIEW', 'CANCELLED'] as const;

const recount = states
  .map(
    (state) => `${state.toLowerCase()}_parts = ${state.toLowerCase()}_parts
    - (before.state = '${state}')::int + ($3 = '${state}')::int`,
  )
  .join(', ');

/** A SENT part is one that was found by its text. */
const forcePart = `
with before as (
  select state from herald.part where post_id = $1 and position = $2
), part as (
  update herald.part set state = $3, fence = coalesce(fence, nextval('herald.fence')),
    attempts = greatest(attempts, case when $3 = 'QUEUED' then 0 else 1 end),
    tweet_id = case when $3 = 'SENT' then $4 end,
    resolution = case when $3 = 'SENT' then 'RECONCILED' end,
    lease_until = case when $3 = 'SENDING' then now() + interval '1 minute' end,
    not_before = case when $3 in ('QUEUED', 'UNKNOWN') then now() end,
    error_code = case when $3 = 'FAILED' then 'X_REJECTED' end
  where post_id = $1 and position = $2
)
update herald.post set ${recount} from before where id = $1`;

/** What the part is now. */
export const stateOf = async (
  pool: pg.Pool,
  id: PostId,
  position = 0,
): Promise<{ state: PartState; tweet_id: TweetId | null; error_code: string | null }> => {
  const { rows } = await pool.query<{
    state: PartState;
    tweet_id: TweetId | null;
    error_code: string | null;
  }>('select state, tweet_id, error_code from herald.part where post_id = $1 and position = $2', [
    id,
    position,
  ]);
  const [part] = rows;
  if (part === undefined) throw new Error(`Post ${id} has no part ${position}`);
  return part;
};
