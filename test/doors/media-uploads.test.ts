import { afterAll, beforeAll, expect, it } from 'vitest';
import { answerErrors, type XMedia } from '../../src/kernel/index.ts';
import { makePng, makePngOf } from '../media/files.ts';
import { hasuraClaims, NAMESPACE, secretOf, token } from '../session/tokens.ts';
import { createWorld, type World } from '../support/world.ts';

let world: World;
let session: Record<string, string>;
let bearer: string;

beforeAll(async () => {
  world = await createWorld({ environment: { HASURA_GRAPHQL_JWT_SECRET: secretOf() } });
  session = await world.session('alice');
  const now = Math.floor(Date.now() / 1000);
  bearer = `Bearer ${token({ iat: now - 1, exp: now + 600, [NAMESPACE]: hasuraClaims(session) })}`;
});
afterAll(() => world.close());

const upload = async (...fields: readonly [string, string | Buffer][]) => {
  const form = new FormData();
  for (const [name, value] of fields) {
    if (typeof value === 'string') form.append(name, value);
    else form.append(name, new Blob([new Uint8Array(value)]), 'file');
  }
  const response = await fetch(`${world.url}/media`, {
    method: 'POST',
    headers: { authorization: bearer },
    body: form,
  });
  const body = (await response.json()) as XMedia & { code: string; extensions: { field: string } };
  return { status: response.status, body };
};

interface SeenTweet {
  readonly id: string;
  readonly media_ids: readonly string[];
  readonly alt_texts: unknown;
}
const seen = async <T>(what: string): Promise<T[]> =>
  (await (await fetch(`${world.sandbox.url}/_sandbox/${what}`)).json()) as T[];
const mediaRequests = async (): Promise<number> =>
  (await seen<{ path: string }>('requests')).filter(({ path }) => path.startsWith('/2/media')).length;

it('takes a picture of several megabytes to X, and a tweet shows it with its alt text', async () => {
  const { status, body } = await upload(['altText', 'a large square'], ['file', makePngOf(4_000_000)]);
  expect(status).toBe(200);
  expect(body).toMatchObject({ kind: 'IMAGE', state: 'READY', altText: 'a large square' });
  const post = await world.act('postTweet', { input: { text: 'look', mediaIds: [body.id] } }, session);
  expect(post.body).toMatchObject({ state: 'SENT', parts: [{ mediaIds: [body.id] }] });
  const tweet = (await seen<SeenTweet>('tweets')).find(({ id }) => id === post.body.tweetId);
  expect(tweet?.media_ids).toHaveLength(1);
  expect(JSON.stringify(tweet?.alt_texts)).toContain('a large square');
});

it('takes base64 in the form, and through the action', async () => {
  const base64 = makePng(8, 8).toString('base64');
  expect((await upload(['base64', base64])).body).toMatchObject({ state: 'READY' });
  const { status, body } = await world.act('uploadTweetMedia', { input: { base64 } }, session);
  expect([status, body.state]).toEqual([200, 'READY']);
});

it.each<[string, readonly [string, string | Buffer][], string, string]>([
  [
    'a field behind the file',
    [
      ['file', makePng(8, 8)],
      ['altText', 'late'],
    ],
    'INVALID_INPUT',
    'altText',
  ],
  ['a file that is none', [['file', Buffer.from('PK\x03\x04 a ZIP')]], 'MEDIA_INVALID', 'file'],
  ['a file of 65 MiB', [['file', Buffer.alloc(65 * 1024 * 1024)]], 'PAYLOAD_TOO_LARGE', ''],
  [
    'a file that is a little too large',
    [['file', Buffer.alloc(64 * 1024 * 1024 + 1)]],
    'MEDIA_INVALID',
    'file',
  ],
  ['an address', [['url', 'https://images.example/a.png']], 'INVALID_INPUT', 'url'],
  ['base64 that is none', [['base64', '!']], 'MEDIA_INVALID', 'base64'],
])('tells X nothing of %s', async (_what, fields, code, field) => {
  const before = await mediaRequests();
  const { status, body } = await upload(...fields);
  expect([body.code, body.extensions.field ?? '', status]).toEqual([
    code,
    field,
    answerErrors[code as keyof typeof answerErrors].status,
  ]);
  expect(await mediaRequests()).toBe(before);
  expect(world.log.some(({ evt }) => evt === 'request_failed')).toBe(false);
});
