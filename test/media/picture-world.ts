import type { RequestListener, ServerResponse } from 'node:http';
import { beforeAll, beforeEach } from 'vitest';
import { createMediaReader, type MediaNetwork } from '../../src/media/index.ts';
import { makePng } from './files.ts';
import { type PictureHost, startPictureHost } from './picture-host.ts';

/** What the host answers when a test says nothing else. */
export const png = makePng(40, 30);
export const unreachable = 'The host of this address cannot be reached on the public internet.';

type ByUrl = 'on' | 'off' | readonly string[];

export interface PictureWorld {
  readonly host: PictureHost;
  /** What the host does with a request, for the rest of this test. */
  answer: RequestListener;
  /** A reader whose ways lead to the host, but for those that `network` names. */
  readerOf(network?: MediaNetwork, byUrl?: ByUrl): ReturnType<typeof createMediaReader>;
  /** Why an address is not taken; `taken` when it is. */
  refusalOf(url: string, network?: MediaNetwork, byUrl?: ByUrl): Promise<unknown>;
}

/** A host for the tests of this file, with nothing heard and nothing special to say before each. */
export function usePictureWorld(): PictureWorld {
  let host: PictureHost | undefined;
  const world: PictureWorld = {
    get host() {
      if (host === undefined) throw new Error('the host starts before the first test');
      return host;
    },
    answer: (_, response) => void response.end(png),
    readerOf: (network = {}, byUrl = 'on') =>
      createMediaReader({ maxStreamBytes: 1000, byUrl, network: { ...world.host.network, ...network } }),
    refusalOf: (url, network, byUrl) =>
      world
        .readerOf(network, byUrl)
        .fromUrl(url)
        .then(
          () => 'taken',
          (error: unknown) => error,
        ),
  };
  beforeAll(async () => {
    host = await startPictureHost((request, response) => world.answer(request, response));
  });
  beforeEach(() => {
    for (const list of [world.host.dialled, world.host.requests, world.host.connections]) list.length = 0;
    world.answer = (_, response) => void response.end(png);
  });
  return world;
}

export const redirect = (location: string) => (response: ServerResponse) =>
  void response.writeHead(302, { location }).end();
