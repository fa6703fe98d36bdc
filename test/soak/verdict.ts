import type { Stage } from './stage.ts';
import type { Wish } from './user.ts';

/** What X and the ledger have when nothing moves any more. */
export interface Verdict {
  readonly posts: number;
  /** Copies of a text beyond the first. */
  readonly doubles: number;
  /** Texts that are not on X. */
  readonly lost: number;
  /** Posts whose state or id does not agree with what X has. */
  readonly lies: number;
  /** Posts that are in no final state. */
  readonly stuck: number;
}

interface Row {
  readonly state: string;
  readonly text: string;
  readonly tweet_id: string | null;
}

const FINAL = ['SENT', 'PARTLY_SENT', 'FAILED', 'CANCELLED'];
const ROWS = `select post.state, part.text, part.tweet_id
  from herald.post join herald.part on part.post_id = post.id`;

/** Compares every wish and every row with X's own list. */
export const judge = async ({ x, database }: Stage, wishes: readonly Wish[]): Promise<Verdict> => {
  const copies = new Map<string, string[]>();
  for (const { text, id } of await x.tweets()) copies.set(text, [...(copies.get(text) ?? []), id]);
  const rows = await database.query<Row>(ROWS);
  return {
    posts: rows.length,
    doubles: [...copies.values()].reduce((sum, ids) => sum + ids.length - 1, 0),
    lost: wishes.filter(({ text }) => !copies.has(text)).length,
    lies: rows.filter(({ state, text, tweet_id: id }) => {
      const ids = copies.get(text) ?? [];
      return state === 'SENT' ? ids[0] !== id : ids.length > 0;
    }).length,
    stuck: rows.filter(({ state }) => !FINAL.includes(state)).length,
  };
};
