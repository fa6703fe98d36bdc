import type { XPost } from '../../../src/kernel/index.ts';
import type { Engine, GraphqlResult } from '../../support/engine/index.ts';
import { readRows } from '../../support/postgres.ts';
import type { Edits } from './metadata.ts';
import { readPage } from './page.ts';

const page = readPage('docs/events.md');

/**
 * The metadata of docs/events.md, as its reader adds it: each block that begins with the name of its file, and the trigger that
 * stands in the entry of herald.post.
 */
export const eventsMetadata = (retries: { readonly num_retries: number }): Edits => {
  const files = page.blocks('yaml').flatMap((block) => {
    const path = /^# metadata\/(\S+)\n/.exec(block)?.[1]?.replace('<source>', 'default');
    const fewer = block.replace('num_retries: 20', `num_retries: ${retries.num_retries}`);
    return path === undefined ? [] : [[path, () => fewer] as const];
  });
  return {
    ...Object.fromEntries(files),
    'databases/default/tables/herald_post.yaml': (text) =>
      text + (page.blocks('yaml').find((block) => block.startsWith("# in herald.post's entry\n")) ?? ''),
    'databases/default/tables/tables.yaml': (text) => `${text}- "!include herald_post_request.yaml"\n`,
  };
};

interface OneOff {
  readonly webhook: string;
  readonly payload: unknown;
  readonly retry_conf: { readonly num_retries: number };
}

/** The arguments of docs/events.md for `create_scheduled_event`, due now. */
export const oneOff = (payload: unknown, num_retries = 0): OneOff => {
  const [block = ''] = page.blocks('json');
  const { args } = JSON.parse(block) as { args: OneOff };
  return { ...args, payload, retry_conf: { num_retries }, ...{ schedule_at: new Date().toISOString() } };
};

/** Inserts a row with the rights of the engine's role; gives its id. */
export const insertRequest = async (databaseUrl: string, userId: string, text: string): Promise<string> => {
  const asEngine = new URL(databaseUrl);
  asEngine.searchParams.set('options', '-c role=herald_events');
  const [row] = await readRows<{ id: string }>(
    asEngine.href,
    'insert into herald.post_request (user_id, text) values ($1, $2) returning id',
    [userId, text],
  );
  return row?.id ?? '';
};

/** What the user sees of a request. */
export interface SeenRequest {
  readonly post: Pick<XPost, 'state'> | null;
  readonly error_code: string | null;
}

/** The first result of the page's subscription. */
export const seeRequest = async (
  engine: Engine,
  headers: Readonly<Record<string, string>>,
  id: string,
): Promise<SeenRequest | null> => {
  const query = /^subscription[\s\S]*/m.exec(page.blocks('graphql').join('\n'))?.[0] ?? '';
  const result = await new Promise<GraphqlResult>((resolve) => {
    const watching = engine.subscribe({ query, variables: { id } }, headers, (first) => {
      resolve(first);
      void watching.stop();
    });
  });
  if (result.data === undefined || result.data === null) throw new Error(JSON.stringify(result));
  return result.data.herald_post_request_by_pk as SeenRequest | null;
};
