import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { sessionOf, signInWithPkce } from '../../src/local/oauth.ts';
import type { Person } from '../faults/support/people.ts';
import { claimPng, makeGif, makeJpeg, makeMp4, makePng } from '../media/files.ts';
import { HOST, type PictureHost, startPictureHost } from '../media/picture-host.ts';
import { expectNothingDone } from './expectations.ts';
import { ask, createStage, type Refusal, type Stage } from './stage.ts';

vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

const MIB = 1024 * 1024;

let stage: Stage;
/** Sends a body that never ends. */
let host: PictureHost;
let alice: Person;
/** The same, with the bearer that POST /media takes. */
let bearer: string;

beforeAll(async () => {
  host = await startPictureHost((_request, response) => {
    const more = (): void => {
      while (response.writable && response.write(Buffer.alloc(64 * 1024, 1)));
    };
    response.on('drain', more);
    more();
  });
  stage = await createStage({
    issues: true,
    environment: {
      HERALD_MEDIA_MAX_BYTES: String(20 * MIB),
      HERALD_MEDIA_BY_URL: 'on',
      HERALD_BUDGET_DAY_USD: '100',
    },
    overrides: {
      mediaNetwork: {
        ...host.network,
        resolve: async (name) => (name === HOST ? ['93.184.216.34'] : ['169.254.169.254']),
      },
    },
  });
  const tokens = await signInWithPkce(stage.world.url, stage.world.config, 'alice');
  const { id } = await stage.x.account('alice');
  alice = { username: 'alice', xUserId: id, variables: sessionOf(tokens) };
  bearer = tokens.access_token;
});
afterAll(() => stage.close());

const zip = Buffer.concat([Buffer.from('PK\x03\x04', 'latin1'), Buffer.alloc(200)]);
const jpeg = makeJpeg(40, 30);
const svg = Buffer.from('<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg"><script/></svg>');
/** Two frames, and comments in between (GIF89a, section 24) until it is so large. */
const gifOf = (bytes: number): Buffer => {
  const gif = makeGif(2, 8, 8);
  const comment = Buffer.concat([Buffer.from([0x21, 0xfe, 255]), Buffer.alloc(255, 0x20), Buffer.from([0])]);
  const comments = Buffer.alloc(Math.ceil(bytes / comment.length) * comment.length, comment);
  return Buffer.concat([gif.subarray(0, -1), comments, gif.subarray(-1)]);
};

const badFiles: readonly (readonly [string, Buffer, RegExp])[] = [
  ['a ZIP', zip, /./],
  ['a PNG that is a ZIP', Buffer.concat([makePng(8, 8).subarray(0, 8), zip]), /./],
  ['a truncated JPEG', jpeg.subarray(0, jpeg.length / 2), /./],
  ['an SVG', svg, /./],
  ['20,000 x 20,000 pixels', claimPng(20_000, 20_000), /20,?000/],
  ['nothing', Buffer.alloc(0), /./],
  ['an HTML page', Buffer.from('<!DOCTYPE html><title>no</title>'), /./],
];

const disguises = [
  'https://127.0.0.1/',
  'https://2130706433/',
  'https://0x7f.1/',
  'https://017700000001/',
  'https://127.1/',
  'https://１２７.0.0.1/',
  'https://127。0。0。1/',
  'https://[::1]/',
  'https://[::ffff:127.0.0.1]/',
  'https://[::ffff:a9fe:a9fe]/',
  'https://[64:ff9b::a9fe:a9fe]/',
  'https://[fd00:ec2::254]/latest/meta-data/',
  'https://169.254.169.254/latest/meta-data/',
  'https://100.100.100.200/latest/meta-data/',
  'https://10.0.0.1/',
  'https://0.0.0.0/',
  'https://metadata.google.internal/',
  'https://localhost/',
  'https://localhost./',
  'https://rebinds.example/',
];

describe('bad files: X sees no byte of them', () => {
  it.each(badFiles)('base64: %s', (_name, bytes, sentence) =>
    expectNothingDone(
      stage,
      () => ask<Refusal>(stage, alice, 'uploadTweetMedia', { base64: bytes.toString('base64') }),
      'MEDIA_INVALID base64',
      sentence,
    ),
  );

  it('base64 that is none', () =>
    expectNothingDone(
      stage,
      () => ask<Refusal>(stage, alice, 'uploadTweetMedia', { base64: 'not base64!' }),
      'MEDIA_INVALID base64',
      /base64/,
    ));

  it.each([
    ['of 1,001 characters', 'x'.repeat(1_001), /1001.*1000|1,001.*1,000/],
    ['that says nothing', ' ', /./],
  ])('alt text %s', (_name, altText, sentence) =>
    expectNothingDone(
      stage,
      () =>
        ask<Refusal>(stage, alice, 'uploadTweetMedia', {
          base64: makePng(8, 8).toString('base64'),
          altText,
        }),
      'INVALID_INPUT altText',
      sentence,
    ),
  );

  it('both base64 and url', () =>
    expectNothingDone(
      stage,
      () => ask<Refusal>(stage, alice, 'uploadTweetMedia', { base64: 'AAAA', url: `https://${HOST}/` }),
      'INVALID_INPUT base64',
      /either/,
    ));

  it.each(disguises)('an internal address: %s', async (url) => {
    const connections = host.connections.length;
    await expectNothingDone(
      stage,
      () => ask<Refusal>(stage, alice, 'uploadTweetMedia', { url }),
      'MEDIA_INVALID url',
      /cannot be reached on the public internet/,
    );
    expect(host.connections).toHaveLength(connections);
  });

  it.each(['http://93.184.216.34/', `https://${HOST}:8443/`, `https://a:b@${HOST}/`, 'file:///etc/passwd'])(
    'an address that Herald does not ask: %s',
    (url) =>
      expectNothingDone(
        stage,
        () => ask<Refusal>(stage, alice, 'uploadTweetMedia', { url }),
        'INVALID_INPUT url',
        /https|port|password/,
      ),
  );

  it('a body behind an address that never ends', () =>
    expectNothingDone(
      stage,
      () => ask<Refusal>(stage, alice, 'uploadTweetMedia', { url: `https://${HOST}/endless` }),
      'MEDIA_INVALID url',
      /larger than 5/,
    ));
});

const sendForm = async (parts: AsyncIterable<Uint8Array>): Promise<Refusal & { status: number }> => {
  const response = await fetch(`${stage.door.url}/media`, {
    method: 'POST',
    headers: { authorization: `Bearer ${bearer}`, 'content-type': 'multipart/form-data; boundary=b' },
    body: parts as unknown as BodyInit,
    duplex: 'half',
  } as RequestInit);
  return { ...((await response.json()) as Refusal), status: response.status };
};

async function* formOf(file: AsyncIterable<Uint8Array> | Iterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  yield Buffer.from('--b\r\ncontent-disposition: form-data; name="file"; filename="a"\r\n\r\n');
  yield* file;
  yield Buffer.from('\r\n--b--\r\n');
}

function* endless(first: Buffer): Generator<Uint8Array> {
  yield first;
  for (;;) yield Buffer.alloc(256 * 1024);
}

describe('bad files at POST /media', () => {
  it('a GIF of 16 MB', () =>
    expectNothingDone(
      stage,
      () => sendForm(formOf([gifOf(16 * MIB)])),
      'MEDIA_INVALID file',
      /15 MB|15,728,640|15728640/,
    ));

  it.each([
    ['a GIF', makeGif(2, 8, 8)],
    ['a video', makeMp4()],
  ])('%s that never ends', async (_name, first) => {
    const before = await stage.x.requests();
    const told = await sendForm(formOf(endless(first))).catch((error: Error) => error);
    // The client may still be writing when Herald has said enough and hangs up.
    if (!(told instanceof Error)) {
      expect([400, 413]).toContain(told.status);
      expect(['MEDIA_INVALID', 'PAYLOAD_TOO_LARGE']).toContain(told.extensions?.code);
    }
    expect(await stage.x.requests()).toEqual(before);
  });
});
