import { type MediaState, parseXMediaId, type XMediaId, type XMediaStatus } from '../kernel/index.ts';
import { field } from './problem.ts';
import type { Parsed } from './read.ts';

/** X's `processing_info.state`. */
const states: Readonly<Record<string, MediaState>> = {
  pending: 'PROCESSING',
  in_progress: 'PROCESSING',
  succeeded: 'READY',
  failed: 'FAILED',
};

/** How far X is with the file `id`: without `processing_info` there is nothing left to do for it. */
export function parseMediaStatus(body: unknown, id: XMediaId): Parsed<XMediaStatus> {
  const data = field(body, 'data');
  if (parseMediaId(body)?.value !== id) return undefined;
  const processing = field(data, 'processing_info') ?? undefined;
  const state = processing === undefined ? 'READY' : stateOf(processing);
  if (!state) return undefined;
  return {
    value: {
      xMediaId: id,
      state,
      progress: percent(field(processing, 'progress_percent')),
      checkAfterMs: milliseconds(field(processing, 'check_after_secs')),
      expiresAfterMs: milliseconds(field(data, 'expires_after_secs')),
    },
  };
}

/** The id in an answer about a file. */
export function parseMediaId(body: unknown): Parsed<XMediaId> {
  const id = field(field(body, 'data'), 'id');
  const value = typeof id === 'string' ? parseXMediaId(id) : undefined;
  return value && { value };
}

function stateOf(processing: unknown): MediaState | undefined {
  const state = field(processing, 'state');
  return typeof state === 'string' && Object.hasOwn(states, state) ? states[state] : undefined;
}

const percent = (value: unknown): number | undefined => (isUpTo(100, value) ? Math.floor(value) : undefined);

/** X keeps files for days at most; the bound only keeps dates possible. */
const YEAR_S = 365 * 24 * 60 * 60;

const milliseconds = (seconds: unknown): number | undefined =>
  isUpTo(YEAR_S, seconds) ? Math.ceil(seconds * 1000) : undefined;

const isUpTo = (highest: number, value: unknown): value is number =>
  typeof value === 'number' && value >= 0 && value <= highest;
