import type { XTweet } from '../faults/support/x-control.ts';
import type { Stage } from './stage.ts';
import type { Wish } from './user.ts';

/** What X and the ledger have when nothing moves any more. */
export interface Verdict {
  /** Parts of posts. */
  readonly posts: number;
  /** Copies of a text beyond the first. */
  readonly doubles: number;
  /** Texts that are not on X. */
  readonly lost: number;
  /** Parts whose state or id does not agree with what X has, or that reply to something else than the part before. */
  readonly lies: number;
  /** Posts that are in no final state. */
  readonly stuck: number;
}

interface Row {
  readonly post_state: string;
  readonly state: string;
  readonly text: string;
  readonly tweet_id: string | null;
  readonly parent_tweet_id: string | null;
}

const FINAL = ['SENT', 'PARTLY_SENT', 'FAILED', 'CANCELLED'];
const ROWS = `select post.state as post_state, part.state, part.text, part.tweet_id, parent.tweet_id as parent_tweet_id
  from herald.post join herald.part on part.post_id = post.id
    left join herald.part as parent on parent.post_id = post.id and parent.position = part.position - 1`;

/** Compares every wish and every row with X's own list. */
export const judge = async ({ x, database }: Stage, wishes: readonly Wish[]): Promise<Verdict> => {
  const copies = new Map<string, XTweet[]>();
  for (const tweet of await x.tweets()) copies.set(tweet.text, [...(copies.get(tweet.text) ?? []), tweet]);
  const rows = await database.query<Row>(ROWS);
  return {
    posts: rows.length,
    doubles: [...copies.values()].reduce((sum, tweets) => sum + tweets.length - 1, 0),
    lost: wishes.flatMap(({ texts }) => texts).filter((text) => !copies.has(text)).length,
    lies: rows.filter((row) => isLie(row, copies.get(row.text) ?? [])).length,
    stuck: rows.filter(({ post_state: state }) => !FINAL.includes(state)).length,
  };
};

const isLie = (row: Row, [tweet]: readonly XTweet[]): boolean =>
  row.state === 'SENT'
    ? tweet?.id !== row.tweet_id || tweet?.in_reply_to_tweet_id !== row.parent_tweet_id
    : tweet !== undefined;
