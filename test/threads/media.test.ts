import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import type { XAccount, XMedia, XPost } from '../../src/kernel/index.ts';
import { openLedger } from '../../src/ledger/index.ts';
import { sessionOf, signInWithPkce } from '../../src/local/oauth.ts';
import { act, until } from '../faults/support/calls.ts';
import type { Person } from '../faults/support/people.ts';
import { createScene } from '../faults/support/scene.ts';
import { box, makeGif, makeMp4, makePng } from '../media/files.ts';
import { HOST, startPictureHost } from '../media/picture-host.ts';
import { readRows, runSql } from '../support/postgres.ts';
import { expectPosted } from './expectations.ts';
import { ask, codeOf, createStage, type Refusal, type Stage, uploadPicture } from './stage.ts';

vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000, maxConcurrency: 30 });

const png = makePng(8, 8).toString('base64');

let stage: Stage;
let people = 0;

beforeAll(async () => {
  const host = await startPictureHost((_request, response) => void response.end(makePng(40, 30)));
  stage = await createStage({
    issues: true,
    environment: { HERALD_MEDIA_BY_URL: HOST },
    overrides: { mediaNetwork: host.network },
  });
});
afterAll(() => stage.close());

const someone = (): Promise<Person> => {
  people += 1;
  return stage.signIn(`user_${people}`);
};

const upload = (person: Person, input: object): Promise<XMedia & Refusal> =>
  ask<XMedia & Refusal>(stage, person, 'uploadTweetMedia', input);

const look = async (person: Person, id: string): Promise<XMedia & Refusal> =>
  (await act<XMedia & Refusal>(stage.door, 'xMedia', { id }, person)).body;

/** How often X was asked about a file. */
const looksOf = async (person: Person): Promise<number> =>
  (await stage.x.reads(person.username)).filter(({ path }) => path === '/2/media/upload').length;

const passTime = (id: string, column: string, by: string): Promise<void> =>
  runSql(
    stage.world.databaseUrl,
    `update herald.media set ${column} = now() - interval '${by}' where id = '${id}'`,
  );

describe.concurrent('a file', () => {
  it('in base64 is ready at once, and its alt text is at X', async () => {
    const person = await someone();
    const altText = 'A blue square – 青 🟦, with "quotes" & <tags>';
    const media = await upload(person, { base64: png, altText });
    expect(media).toMatchObject({ kind: 'IMAGE', state: 'READY', altText });
    const hours = (Date.parse(media.expiresAt) - Date.now()) / 3_600_000;
    expect(hours).toBeGreaterThan(23.9);
    expect(hours).toBeLessThanOrEqual(24);
    await expectPosted(stage, person, media, altText);
  });

  it('by address is fetched and posted', async () => {
    const person = await someone();
    const media = await upload(person, { url: `https://${HOST}/picture.png`, altText: 'from afar' });
    expect(media).toMatchObject({ kind: 'IMAGE', state: 'READY' });
    await expectPosted(stage, person, media, 'from afar');
  });

  it('that is a GIF is waited for', async () => {
    const person = await someone();
    const media = await upload(person, { base64: makeGif(3, 16, 16).toString('base64'), altText: 'moves' });
    expect(media).toMatchObject({ kind: 'GIF', state: 'READY', progress: 100 });
    await expectPosted(stage, person, media, 'moves');
  });

  it('that X takes its time with is PROCESSING: X is asked as often as it wishes, and no tweet takes it', async () => {
    const person = await someone();
    await stage.x.fault({ kind: 'media-processing', user: person.username, path: '/2/media/*', ms: 4_500 });
    const media = await upload(person, { base64: png });
    expect(media.state).toBe('PROCESSING');
    const before = await looksOf(person);
    const answers = await Promise.all(Array.from({ length: 10 }, () => look(person, media.id)));
    for (const { state } of answers) expect(state).toBe('PROCESSING');
    expect((await looksOf(person)) - before).toBeLessThanOrEqual(10);
    const refused = await ask(stage, person, 'postTweet', { text: 'too early', mediaIds: [media.id] });
    expect(refused.extensions).toMatchObject({ code: 'MEDIA_INVALID', field: 'mediaIds.0' });
    const seen: (number | null)[] = [];
    const ready = await until(
      'the file to be ready',
      () => look(person, media.id),
      (current) => {
        seen.push(current.progress);
        return current.state === 'READY' && current;
      },
    );
    expect(seen.some((percent) => percent !== null && percent > 0 && percent < 100)).toBe(true);
    expect(seen).toEqual(seen.toSorted((a, b) => (a ?? 0) - (b ?? 0)));
    await expectPosted(stage, person, ready, null);
  });

  it('that X never finishes is given up after an hour', async () => {
    const person = await someone();
    await stage.x.fault({ kind: 'media-stuck', user: person.username, path: '/2/media/*' });
    const media = await upload(person, { base64: png });
    expect(media).toMatchObject({ state: 'PROCESSING' });
    await passTime(media.id, 'created_at', '61 minutes');
    await passTime(media.id, 'check_at', '1 second');
    expect((await look(person, media.id)).state).toBe('FAILED');
  });

  it('that X cannot make use of is FAILED, costs nothing, and no tweet takes it', async () => {
    const person = await someone();
    await stage.x.fault({ kind: 'media-failed', user: person.username, path: '/2/media/*', ms: 100 });
    const media = await upload(person, { base64: png });
    const failed = await until(
      'the failure',
      () => look(person, media.id),
      (current) => current.state === 'FAILED' && current,
    );
    const refused = await ask(stage, person, 'postTweet', { text: 'x', mediaIds: [failed.id] });
    expect(refused.message).toContain('could not make use of this file');
    expect(stage.sends(person)).toEqual([]);
  });

  it('of another user is nobody`s', async () => {
    const [person, other] = [await someone(), await someone()];
    const media = await uploadPicture(stage, other);
    expect(codeOf(await look(person, media.id))).toBe('NOT_FOUND');
    const refused = await ask(stage, person, 'postTweet', { text: 'x', mediaIds: [media.id] });
    expect(refused.extensions).toMatchObject({ code: 'MEDIA_INVALID', field: 'mediaIds.0' });
  });

  it('of another X account of the same user is not for this one', async () => {
    const person = await someone();
    const userId = person.variables['x-hasura-user-id'] ?? '';
    const variables = await stage.world.session('second', { 'x-hasura-user-id': userId });
    const { id: xUserId } = await stage.x.account('second');
    const second: Person = { username: 'second', xUserId, variables };
    const account = await ask<XAccount>(stage, second, 'connectXAccount', {});
    const media = await upload(person, { base64: png, accountId: account.id });
    const refused = await ask(stage, person, 'postTweet', { text: 'as the first', mediaIds: [media.id] });
    expect(refused.message).toContain('another X account');
    const posted = await ask(stage, person, 'postTweet', {
      text: 'as the second',
      mediaIds: [media.id],
      accountId: account.id,
    });
    expect(posted).toMatchObject({ state: 'SENT', accountId: account.id });
  });

  it('that X will soon forget makes its post expire before', async () => {
    const person = await someone();
    const media = await uploadPicture(stage, person);
    await passTime(media.id, 'expires_at', '-10 minutes');
    const post = await ask(stage, person, 'postTweet', { text: 'in time', mediaIds: [media.id] });
    expect(post.state).toBe('SENT');
    const minutes = (Date.parse(post.expiresAt ?? '') - Date.now()) / 60_000;
    expect(minutes).toBeGreaterThan(8);
    expect(minutes).toBeLessThanOrEqual(9);
    await passTime(media.id, 'expires_at', '-90 seconds');
    const late = await ask(stage, person, 'postTweet', { text: 'too late', mediaIds: [media.id] });
    expect(late.message).toContain('no longer has this file');
  });
});

describe('a video of several MB', () => {
  it('streams through POST /media to X, and goes out with a thread', async () => {
    const tokens = await signInWithPkce(stage.world.url, stage.world.config, 'filmer');
    const { id } = await stage.x.account('filmer');
    const person: Person = { username: 'filmer', xUserId: id, variables: sessionOf(tokens) };
    const video = Buffer.concat([makeMp4(), box('free', Buffer.alloc(6 * 1024 * 1024, 7))]);
    const form = new FormData();
    form.append('altText', 'a film');
    form.append('file', new Blob([new Uint8Array(video)]), 'film.mp4');
    const response = await fetch(`${stage.door.url}/media`, {
      method: 'POST',
      headers: { authorization: `Bearer ${tokens.access_token}` },
      body: form,
    });
    const media = (await response.json()) as XMedia & Refusal;
    expect([response.status, codeOf(media), media.kind]).toEqual([200, undefined, 'VIDEO']);
    const ready = await until(
      'X to be done with it',
      () => look(person, media.id),
      (current) => current.state === 'READY' && current,
    );
    const appends = (await stage.x.requests('filmer')).filter(({ path }) => path.endsWith('/append'));
    expect(appends).toHaveLength(Math.ceil(video.length / (1024 * 1024)));
    const parts = [{ text: 'look' }, { text: 'a film', mediaIds: [ready.id] }];
    const post = await ask<XPost>(stage, person, 'postThread', { parts });
    expect(post.state).toBe('SENT');
    expect((await stage.x.tweets('filmer')).map(({ alt_texts }) => alt_texts)).toEqual([[], ['a film']]);
  });
});

describe('kill -9 of Herald in the middle of an upload', () => {
  it('leaves a file that no tweet takes, and that is FAILED an hour later', async () => {
    const scene = await createScene();
    const alice = await scene.signIn('alice');
    const doomed = await scene.start();
    await scene.x.fault({ kind: 'hang', path: '/2/media/upload/*/append' });
    const input = { input: { base64: png, altText: 'never there' } };
    const told = act(doomed, 'uploadTweetMedia', input, alice).catch(() => undefined);
    await until(
      'the upload to begin',
      () => scene.x.requests('alice'),
      (requests) => requests.some(({ path }) => path.endsWith('/append')),
    );
    await doomed.process.kill();
    expect(await told).toBeUndefined();

    const again = await scene.start();
    const [row] = await readRows<{ id: string; state: string }>(
      scene.databaseUrl,
      'select id, state from herald.media',
    );
    const id = row?.id ?? '';
    expect(row?.state).toBe('PROCESSING');
    const refusal = await act<Refusal>(again, 'postTweet', { input: { text: 'x', mediaIds: [id] } }, alice);
    expect(refusal.body.extensions?.code).toBe('MEDIA_INVALID');
    await runSql(scene.databaseUrl, `update herald.media set created_at = now() - interval '61 minutes'`);
    const ledger = await openLedger({
      ...stage.world.config.ledger,
      connectionString: scene.databaseUrl,
      onConnectionLost: () => {},
    });
    await ledger.tidy();
    await ledger.close();
    expect((await act<XMedia>(again, 'xMedia', { id }, alice)).body.state).toBe('FAILED');
    expect(await scene.x.creates()).toEqual([]);
    await again.process.kill();
    await scene.close();
  });
});
