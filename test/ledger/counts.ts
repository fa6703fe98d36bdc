import type pg from 'pg';

const states = ['QUEUED', 'SENDING', 'SENT', 'FAILED', 'UNKNOWN', 'NEEDS_REVIEW', 'CANCELLED'];

/** The posts whose counts are not those of their parts. */
export const readMiscounted = async (pool: pg.Pool): Promise<unknown[]> => {
  const { rows } = await pool.query(
    `select post.id from herald.post join herald.part on part.post_id = post.id group by post.id
     having (${states.map((state) => `${state.toLowerCase()}_parts`).join(', ')}) is distinct from
       (${states.map((state) => `count(*) filter (where part.state = '${state}')`).join(', ')})`,
  );
  return rows;
};
