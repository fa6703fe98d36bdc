import type { RequestListener } from 'node:http';
import { describe, expect, it } from 'vitest';
import { makeGif, makePngOf } from './files.ts';
import { HOST, PUBLIC_ADDRESS, PUBLIC_ADDRESS_6 } from './picture-host.ts';
import { png, redirect, usePictureWorld } from './picture-world.ts';

const world = usePictureWorld();

describe('a picture behind an address', () => {
  it('is fetched with nothing that tells who asks', async () => {
    const file = await world.readerOf().fromUrl(`https://${HOST}/a/b.png?size=2#top`);
    expect(file).toMatchObject({ kind: 'IMAGE', mimeType: 'image/png', byteLength: png.length });
    expect(Buffer.from(await file.read(0, png.length)).equals(png)).toBe(true);
    await file.dispose();
    expect(world.host.dialled).toEqual([PUBLIC_ADDRESS]);
    const [request] = world.host.requests;
    expect(request?.url).toBe('/a/b.png?size=2');
    expect(request?.headers).toEqual({
      host: HOST,
      accept: 'image/*',
      'accept-encoding': 'identity',
      'user-agent': 'Herald',
      connection: 'close',
    });
  });

  it.each([
    ['a GIF', `https://${HOST}/`, makeGif(2, 8, 8), 'GIF'],
    ['at an IPv6 address', `https://[${PUBLIC_ADDRESS_6}]/`, png, 'IMAGE'],
    ['at a name in capitals, with a dot at its end', `HTTPS://${HOST.toUpperCase()}.:443/`, png, 'IMAGE'],
    ['of 5,242,880 bytes', `https://${HOST}/`, makePngOf(5 * 1024 * 1024), 'IMAGE'],
  ])('is taken: %s', async (_, url, bytes, kind) => {
    world.answer = (__, response) =>
      void response.writeHead(200, { 'content-type': 'text/plain' }).end(bytes);
    expect(await world.readerOf().fromUrl(url)).toMatchObject({ kind, byteLength: bytes.length });
  });

  it('is taken behind three redirects, each resolved and connected to anew, and refused behind four', async () => {
    const lead =
      (most: number): RequestListener =>
      (request, response) => {
        const n = Number(request.url?.slice(1));
        if (n < most) redirect(n % 2 ? `https://other.example/${n + 1}` : `/${n + 1}`)(response);
        else response.end(png);
      };
    world.answer = lead(3);
    await world.readerOf().fromUrl(`https://${HOST}/0`);
    expect(world.host.requests.map(({ headers }) => headers.host)).toEqual([
      HOST,
      HOST,
      'other.example',
      'other.example',
    ]);
    expect(world.host.dialled).toHaveLength(4);
    world.answer = lead(4);
    expect(await world.refusalOf(`https://${HOST}/0`)).toMatchObject({
      code: 'MEDIA_INVALID',
      field: 'url',
      message: expect.stringContaining('more than 3'),
    });
    expect(world.host.requests).toHaveLength(8);
  });

  it('is taken from a host on the list', async () => {
    await world.readerOf({}, ['Pictures.Example']).fromUrl(`https://${HOST}/`);
    expect(world.host.requests).toHaveLength(1);
  });
});

describe('an address that is not asked', () => {
  it.each([
    ['off', 'https://8.8.8.8/', 'off' as const, 'HERALD_MEDIA_BY_URL is off'],
    ['no address', 'pictures', 'on' as const, 'The address is not one.'],
    ['empty', '', 'on' as const, 'The address is not one.'],
    ['http', `http://${HOST}/`, 'on' as const, 'does not begin with https'],
    ['file', 'file:///etc/passwd', 'on' as const, 'does not begin with https'],
    ['data', 'data:image/png;base64,AAAA', 'on' as const, 'does not begin with https'],
    ['another port', `https://${HOST}:8443/`, 'on' as const, 'names a port'],
    ['port 22', `https://${HOST}:22/`, 'on' as const, 'names a port'],
    ['a user name', `https://me@${HOST}/`, 'on' as const, 'a user name or password'],
    ['a password', `https://:secret@${HOST}/`, 'on' as const, 'a user name or password'],
    ['x.com as a user name', 'https://x.com@127.0.0.1/', 'on' as const, 'a user name or password'],
    ['not on the list', `https://${HOST}/`, ['x.com', `a.${HOST}`, `.${HOST}`] as const, 'does not list'],
    ['on the list but for a dot', `https://${HOST}./`, [HOST] as const, 'does not list'],
  ])('%s', async (_, url, byUrl, sentence) => {
    expect(await world.refusalOf(url, {}, byUrl)).toMatchObject({
      code: 'INVALID_INPUT',
      field: 'url',
      message: expect.stringContaining(sentence),
    });
    expect(world.host.dialled).toEqual([]);
  });
});
