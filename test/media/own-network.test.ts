import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { describe, expect, it } from 'vitest';
import { createMediaReader, type MediaNetwork } from '../../src/media/index.ts';
import { afterFile } from '../support/cleanup.ts';
import { startNameServer } from './name-server.ts';
import { HOST, PUBLIC_ADDRESS } from './picture-host.ts';
import { redirect, unreachable, usePictureWorld } from './picture-world.ts';

const world = usePictureWorld();

const allowed = ['8.8.8.8', '2606:4700::1111'];
const denied =
  '10.0.0.1 100.64.0.1 127.0.0.1 0.0.0.0 169.254.169.254 192.0.0.1 192.0.2.1 192.88.99.1 198.18.0.1 224.0.0.1 240.0.0.1 255.255.255.255 ::1 :: ::ffff:169.254.169.254 ::ffff:a9fe:a9fe ::ffff:0:7f00:1 64:ff9b::a9fe:a9fe 64:ff9b:1::a9fe:a9fe 2002:a9fe:a9fe::1 2001:0:a9fe:a9fe::1 fe80::1 fec0::1 fc00::1 fd00:ec2::254 ff02::1 2001:db8::1 100::1 5f00::1 3fff::1 2001:20::1 ::7f00:1'.split(
    ' ',
  );

describe('an address in the own network', () => {
  it('the table has 34 addresses', () => expect(allowed.length + denied.length).toBe(34));

  it.each(denied)(
    '%s is not connected to, as an address, as a name, or beside a public one',
    async (address) => {
      const literal = address.includes(':') ? `[${address}]` : address;
      const refusals = [
        await world.refusalOf(`https://${literal}/`),
        await world.refusalOf(`https://${HOST}/`, { resolve: async () => [address] }),
        await world.refusalOf(`https://${HOST}/`, { resolve: async () => [PUBLIC_ADDRESS, address] }),
        await world.refusalOf(`https://${HOST}/`, { resolve: async () => [address, PUBLIC_ADDRESS] }),
      ];
      for (const refusal of refusals)
        expect(refusal).toMatchObject({ code: 'MEDIA_INVALID', field: 'url', message: unreachable });
      expect(world.host.dialled).toEqual([]);
    },
  );

  it.each(allowed)('%s is public and is connected to', async (address) => {
    await world.readerOf({ resolve: async () => [address] }).fromUrl(`https://${HOST}/`);
    expect(world.host.dialled).toEqual([address]);
  });

  it.each([
    'https://2130706433/',
    'https://0x7f.1/',
    'https://017700000001/',
    'https://127.1/',
    'https://１２７.0.0.1/',
    'https://①②⑦.0.0.1/',
    'https://127。0。0。1/',
    'https://[::ffff:169.254.169.254]/',
    'https://[::ffff:a9fe:a9fe]/',
    'https://[0:0:0:0:0:0:0:1]/',
    'https://127.0.0.1#@x.com/',
    'https://127.0.0.1\\@x.com/',
    'https://169.254.169.254/latest/meta-data/',
    'https://[fd00:ec2::254]/latest/meta-data/',
    'https://100.100.100.200/latest/meta-data/',
  ])('is recognised however it is spelled: %s', async (url) => {
    expect(await world.refusalOf(url)).toMatchObject({
      code: 'MEDIA_INVALID',
      field: 'url',
      message: unreachable,
    });
    expect(world.host.dialled).toEqual([]);
  });

  it.each([
    ['localhost.', '127.0.0.1'],
    ['localhost', '::1'],
    ['169.254.169.254.nip.io', '169.254.169.254'],
    ['metadata.google.internal', '169.254.169.254'],
    ['metadata.google.internal.', '169.254.169.254'],
  ])('is recognised when a name leads there: %s', async (name, address) => {
    const asked: string[] = [];
    const resolve = async (each: string) => {
      asked.push(each);
      return [address];
    };
    expect(await world.refusalOf(`https://${name}/`, { resolve })).toMatchObject({ message: unreachable });
    expect(asked).toEqual([name.replace(/\.$/, '')]);
    expect(world.host.dialled).toEqual([]);
  });

  it('is recognised by the usual way of asking for names, too', async () => {
    const reader = createMediaReader({ maxStreamBytes: 1000, byUrl: 'on' });
    await expect(reader.fromUrl('https://localhost/')).rejects.toMatchObject({ message: unreachable });
  });

  it('cannot be told from one that does not exist, or from one where nobody listens', async () => {
    const closed = createServer();
    await once(closed.listen(0, '127.0.0.1'), 'listening');
    const { port } = closed.address() as AddressInfo;
    await new Promise((resolve) => closed.close(resolve));
    const failures: MediaNetwork[] = [
      { resolve: async () => Promise.reject(new Error('ENOTFOUND')) },
      { resolve: async () => [] },
      { resolve: async () => ['not an address'] },
      { resolve: async () => ['10.0.0.1'] },
      { connect: () => connect(port, '127.0.0.1') },
    ];
    const refusals = await Promise.all(
      failures.map((network) => world.refusalOf(`https://${HOST}/`, network)),
    );
    for (const refusal of refusals)
      expect(refusal).toMatchObject({ code: 'MEDIA_INVALID', message: unreachable });
  });

  it('is refused after connecting, when the socket stands elsewhere than where it was sent', async () => {
    const heard: Buffer[] = [];
    const sockets: Socket[] = [];
    const inside = createServer((socket) => {
      sockets.push(socket);
      socket.on('error', () => {});
      socket.on('data', (bytes) => heard.push(bytes));
    });
    await once(inside.listen(0, '127.0.0.1'), 'listening');
    afterFile(() => inside.close());
    const { port } = inside.address() as AddressInfo;
    expect(
      await world.refusalOf(`https://${HOST}/`, { connect: () => connect(port, '127.0.0.1') }),
    ).toMatchObject({
      message: unreachable,
    });
    while (sockets[0]?.closed !== true) await new Promise((resolve) => setTimeout(resolve, 5));
    expect(heard).toEqual([]);
  });

  it.each([
    ['another address', 'https://10.0.0.1/', unreachable],
    ['the metadata of the cloud', 'https://169.254.169.254/', unreachable],
    ['plain http', `http://${HOST}/`, 'The address that this one leads to does not begin with https.'],
    ['another port', `https://${HOST}:8443/`, 'names a port'],
    ['a password', `https://a:b@${HOST}/`, 'a user name or password'],
    ['a file', 'file:///etc/passwd', 'does not begin with https'],
    ['nothing', 'https://', 'is not one'],
  ])('is refused as the target of a redirect: %s', async (_, location, sentence) => {
    world.answer = (__, response) => redirect(location)(response);
    expect(await world.refusalOf(`https://${HOST}/`)).toMatchObject({
      code: 'MEDIA_INVALID',
      field: 'url',
      message: expect.stringContaining(sentence),
    });
    expect(world.host.dialled).toHaveLength(1);
  });

  it('is refused as the target of a redirect that leaves the list', async () => {
    world.answer = (_, response) => redirect('https://other.example/')(response);
    expect(await world.refusalOf(`https://${HOST}/`, {}, [HOST])).toMatchObject({
      message: expect.stringContaining('does not list'),
    });
    expect(world.host.dialled).toHaveLength(1);
  });
});

describe('a name server that changes its mind', () => {
  it('is asked once, and the connection goes to what it said then', async () => {
    const { resolver, asked } = await startNameServer([PUBLIC_ADDRESS, '127.0.0.1']);
    await world.readerOf({ resolve: (name) => resolver.resolve4(name) }).fromUrl(`https://${HOST}/`);
    expect({ asked, dialled: world.host.dialled }).toEqual({ asked: [HOST], dialled: [PUBLIC_ADDRESS] });
    expect(await resolver.resolve4(HOST)).toEqual(['127.0.0.1']);
  });

  it('is not believed for a redirect to the same name', async () => {
    const { resolver, asked } = await startNameServer([PUBLIC_ADDRESS, '127.0.0.1']);
    world.answer = (_, response) => redirect('/again')(response);
    const network = { resolve: (name: string) => resolver.resolve4(name) };
    expect(await world.refusalOf(`https://${HOST}/`, network)).toMatchObject({ message: unreachable });
    expect({ asked: asked.length, dialled: world.host.dialled }).toEqual({
      asked: 2,
      dialled: [PUBLIC_ADDRESS],
    });
  });
});
