import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { HeraldError } from '../kernel/index.ts';
import { LONGEST_ARRIVAL_MS } from './arrival.ts';

declare module 'fastify' {
  interface FastifyRequest {
    /** What the request holds while it is at work; absent for one that needs no place. */
    place: Place | undefined;
  }
}

/** Leaving twice is leaving once. */
interface Place {
  leave(): void;
  /** Whether work began that goes on although the client may be gone. */
  busy: boolean;
}

export interface Places {
  take(): Place | undefined;
}

/** Room for `count` requests at once; doors may share it. */
export const createPlaces = (count: number): Places => {
  let free = count;
  return {
    take: () => {
      if (free === 0) return undefined;
      free -= 1;
      let held = true;
      const leave = (): void => {
        if (held) free += 1;
        held = false;
      };
      return { leave, busy: false };
    },
  };
};

const RETRY_AFTER_MS = 5_000;

/**
 * Lets a request that `needsPlace` in only while there is one, and refuses it before its body is read otherwise. It leaves when its
 * handler, which has to be {@link holdingPlace}, is done, or when its client goes before that began.
 */
export const limitAtOnce = (
  scope: FastifyInstance,
  places: Places,
  needsPlace: (request: FastifyRequest) => boolean,
  message: string,
): void => {
  scope.decorateRequest('place', undefined);
  scope.addHook('onRequest', async (request, reply) => {
    if (!needsPlace(request)) return;
    const place = places.take();
    if (place === undefined) {
      const retryAt = new Date(Date.now() + RETRY_AFTER_MS);
      throw new HeraldError('TEMPORARILY_UNAVAILABLE', { message, retryAt });
    }
    request.place = place;
    reply.raw.once('close', () => {
      if (!place.busy) place.leave();
    });
  });
};

/** The handler, which keeps the request's place until it is done: a client that goes does not end what it began. */
export const holdingPlace =
  <Answer>(handler: (request: FastifyRequest, reply: FastifyReply) => Promise<Answer>) =>
  async (request: FastifyRequest, reply: FastifyReply): Promise<Answer> => {
    const { place } = request;
    if (place === undefined) return handler(request, reply);
    place.busy = true;
    // Sending a file on to X takes its time, and the client has nothing to say meanwhile.
    reply.raw.setTimeout(LONGEST_ARRIVAL_MS);
    try {
      return await handler(request, reply);
    } finally {
      place.leave();
    }
  };
