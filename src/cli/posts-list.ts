import { HeraldError, type LedgerPost, type PostState } from '../kernel/index.ts';
import { type Call, type Command, Usage } from './command.ts';
import { costOf, postJson } from './post-view.ts';
import { table } from './print.ts';
import { formatUsd } from './usd.ts';
import { readUser } from './user-option.ts';
import { withLedger } from './with-ledger.ts';

const USUAL_PAGE = 20;

const states = [
  'SCHEDULED',
  'QUEUED',
  'SENDING',
  'SENT',
  'PARTLY_SENT',
  'FAILED',
  'UNKNOWN',
  'NEEDS_REVIEW',
  'CANCELLED',
] as const satisfies readonly PostState[];

/** The table does without texts: they are long, and nobody else's business. */
export const postsList: Command = {
  name: 'posts list',
  summary: 'Lists posts, newest first.',
  options: {
    user: { value: 'ID', about: 'Only posts of this user, as Hasura sends the id in x-hasura-user-id.' },
    state: { value: 'STATE', about: `Only posts in this state, or in several: A,B. ${states.join(' ')}` },
    limit: { value: 'N', about: `At most so many, 1 to 100; ${USUAL_PAGE} unless said otherwise.` },
    after: { value: 'CURSOR', about: 'Goes on behind an earlier page.' },
  },
  run: (call) => {
    const userId = readUser(call);
    const request = { first: readLimit(call), after: call.text('after'), states: readStates(call) };
    return withLedger(call.environment, async (ledger) => {
      const page = await ledger.posts(userId, request).catch(blameCursor);
      const rows = page.posts.map((post) => [
        post.id,
        post.state,
        post.createdAt.toISOString(),
        post.userId,
        String(post.parts.length),
        costCell(post),
        post.parts.find(({ error }) => error)?.error?.code ?? '',
      ]);
      return {
        json: {
          posts: page.posts.map(postJson),
          endCursor: page.endCursor ?? null,
          hasNextPage: page.hasNextPage,
        },
        lines:
          rows.length > 0
            ? table(['ID', 'STATE', 'CREATED', 'USER', 'PARTS', 'COST', 'ERROR'], rows)
            : ['No posts.'],
        next: [
          ...(rows.length > 0 ? ['herald posts show ID tells what happened and what to do.'] : []),
          ...(page.hasNextPage ? [`More of them: the same with --after ${page.endCursor}`] : []),
        ],
      };
    });
  },
};

/** Empty for posts from before prices. */
const costCell = (post: LedgerPost): string => {
  const cost = costOf(post);
  return cost === undefined ? '' : formatUsd(cost);
};

/** `--limit`, 1 to 100. */
export const readLimit = (call: Call): number => {
  const text = call.text('limit') ?? String(USUAL_PAGE);
  if (!/^([1-9]\d?|100)$/.test(text)) throw new Usage('--limit is a whole number from 1 to 100.');
  return Number(text);
};

const readStates = (call: Call): readonly PostState[] | undefined =>
  call
    .text('state')
    ?.split(',')
    .map((text) => {
      const state = states.find((candidate) => candidate === text.trim().toUpperCase());
      if (state === undefined) throw new Usage(`--state knows ${states.join(', ')}.`);
      return state;
    });

const blameCursor = (error: unknown): never => {
  if (error instanceof HeraldError && error.field === 'after')
    throw new Usage('--after is the cursor that an earlier page ended with.');
  throw error;
};
