import { type Answer, ok, resourceNotFound } from './answers.ts';
import type { Call } from './call.ts';
import { asksForReferenced, invalid, readFields } from './query.ts';
import type { World } from './server.ts';
import type { Tweet } from './store.ts';
import { expand, viewTweet } from './tweet-view.ts';

interface Page {
  readonly size: number;
  readonly sinceId: bigint;
  /** Only ids below this. */
  readonly before: bigint;
}

/** X shows no more than a user's latest 3,200. */
const REACH = 3200;
const PARAMETERS = ['max_results', 'pagination_token', 'since_id', 'until_id'];
const NEVER = 1n << 64n;

/** GET /2/users/:id/tweets: newest first, 5 to 100 a page (10 unless told), `next_token` while there are more. */
export function readTimeline(world: World, call: Call): Answer {
  const fields = readFields(call.query, PARAMETERS);
  if ('status' in fields) return fields;
  const page = readPage(call.query);
  if ('status' in page) return page;
  const author = world.store.user(call.path.id ?? '');
  if (!author) return resourceNotFound('user', call.path.id ?? '');

  const youngest = world.now() - lagMs(call);
  const visible = world.store.tweetsOf(author).slice(-REACH).reverse();
  const matching = visible.filter((tweet) => isOn(page, tweet) && tweet.createdMs <= youngest);
  const shown = matching.slice(0, page.size);
  return ok({
    ...(shown.length > 0 && { data: shown.map((tweet) => viewTweet(tweet, fields, world)) }),
    ...(asksForReferenced(call.query) && expand(shown, fields, world)),
    meta: describePage(shown, matching.length),
  });
}

const DEFAULT_LAG_MS = 60_000;

/** Hides what is younger than this: the fault `timeline-lag`. */
const lagMs = ({ fault }: Call): number =>
  fault?.kind === 'timeline-lag' ? (fault.ms ?? DEFAULT_LAG_MS) : 0;

const isOn = (page: Page, tweet: Tweet): boolean =>
  BigInt(tweet.id) > page.sinceId && BigInt(tweet.id) < page.before;

function describePage(shown: readonly Tweet[], matching: number): object {
  const [newest, oldest] = [shown[0], shown.at(-1)];
  if (!newest || !oldest) return { result_count: 0 };
  return {
    result_count: shown.length,
    newest_id: newest.id,
    oldest_id: oldest.id,
    ...(matching > shown.length && { next_token: tokenOf(oldest.id) }),
  };
}

function readPage(query: URLSearchParams): Page | Answer {
  const size = Number(query.get('max_results') ?? '10');
  if (!Number.isInteger(size) || size < 5 || size > 100) {
    return invalid(query, 'max_results', 'value is not between 5 and 100');
  }
  const since = readId(query, 'since_id', 0n);
  const until = readId(query, 'until_id', NEVER);
  const token = query.get('pagination_token');
  const position = token === null ? NEVER : positionOf(token);
  if (typeof since === 'object') return since;
  if (typeof until === 'object') return until;
  if (position === undefined) return invalid(query, 'pagination_token', 'value is not one that X gave');
  return { size, sinceId: since, before: position < until ? position : until };
}

function readId(query: URLSearchParams, name: string, absent: bigint): bigint | Answer {
  const value = query.get(name);
  if (value === null) return absent;
  return /^\d{1,19}$/.test(value)
    ? BigInt(value)
    : invalid(query, name, 'value does not match ^[0-9]{1,19}$');
}

const tokenOf = (id: string): string => Buffer.from(`before ${id}`).toString('base64url');

function positionOf(token: string): bigint | undefined {
  const match = /^before (\d{1,19})$/.exec(Buffer.from(token, 'base64url').toString());
  return match?.[1] === undefined ? undefined : BigInt(match[1]);
}
