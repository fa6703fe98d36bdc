import { totalmem } from 'node:os';
import underPressure from '@fastify/under-pressure';
import type { FastifyInstance } from 'fastify';
import { HeraldError } from '../kernel/index.ts';

const MAX_EVENT_LOOP_DELAY_MS = 500;
const SAMPLE_EVERY_MS = 1_000;
const RETRY_AFTER_MS = 5_000;
/** Above this share of a container's memory, one more large body could end the process. */
const MEMORY_SHARE = 0.9;

export interface LoadSheddingOptions {
  /** Mean delay of the event loop over a second, in milliseconds, above which requests are refused; default 500. */
  readonly maxEventLoopDelayMs?: number | undefined;
  /** Resident memory in bytes; by default 90 % of what the container may have, and no limit outside of one. */
  readonly maxRssBytes?: number | undefined;
  /** How often both are looked at, in milliseconds; default 1000. */
  readonly sampleEveryMs?: number | undefined;
}

/**
 * Refuses requests of this scope with `TEMPORARILY_UNAVAILABLE`, before their body is read and so before anything
 * changes, while the process cannot keep up. How busy the event loop is does not count: at full throughput it is always
 * busy, and only a late one hurts.
 */
export const shedLoad = (scope: FastifyInstance, options: LoadSheddingOptions = {}): void => {
  scope.register(underPressure, {
    maxEventLoopDelay: options.maxEventLoopDelayMs ?? MAX_EVENT_LOOP_DELAY_MS,
    maxRssBytes: options.maxRssBytes ?? memoryLimitBytes(),
    sampleInterval: options.sampleEveryMs ?? SAMPLE_EVERY_MS,
    pressureHandler: refuse,
  });
};

/** Throws rather than sends, so that each door answers in its own shape. */
const refuse = (): never => {
  throw new HeraldError('TEMPORARILY_UNAVAILABLE', { retryAt: new Date(Date.now() + RETRY_AFTER_MS) });
};

/** 0, which means none, where nothing but the machine itself is the limit. */
const memoryLimitBytes = (): number => {
  const limit = process.constrainedMemory();
  return limit > 0 && limit < totalmem() ? Math.floor(limit * MEMORY_SHARE) : 0;
};
