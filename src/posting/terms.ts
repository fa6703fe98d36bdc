import { HeraldError } from '../kernel/index.ts';

const LONGEST_KEY = 255;
const DAY_MS = 86_400_000;
// RFC 3339 with a zone; a local time would mean another instant on another machine.
const INSTANT = /^\d{4}-\d\d-\d\d[Tt]\d\d:\d\d:\d\d(\.\d{1,9})?([Zz]|[+-]\d\d:\d\d)$/;

/** The key, or undefined without one. Throws `INVALID_INPUT` unless it has 1 to 255 printable characters. */
export const readIdempotencyKey = (value: string | null | undefined): string | undefined => {
  if (value === null || value === undefined) return undefined;
  if (value !== '' && value.length <= LONGEST_KEY && !/\p{Cc}|\p{Cs}/u.test(value)) return value;
  throw new HeraldError('INVALID_INPUT', {
    field: 'idempotencyKey',
    message: `idempotencyKey must have 1 to ${LONGEST_KEY} characters, none of them a control character.`,
  });
};

/**
 * The instant, or undefined without one. Throws `INVALID_INPUT` for more than 24 hours ahead. One in the past is for the
 * ledger to judge: a repeat of a post that exists is answered with it.
 */
export const readExpiry = (value: unknown, now: Date): Date | undefined => {
  if (value === null || value === undefined) return undefined;
  const expiresAt = typeof value === 'string' && INSTANT.test(value) ? new Date(value) : undefined;
  if (expiresAt === undefined || Number.isNaN(expiresAt.getTime())) {
    throw invalidExpiry('must be an instant in ISO 8601 with a zone, e.g. 2026-11-22T09:30:00Z');
  }
  if (expiresAt.getTime() > now.getTime() + DAY_MS) throw invalidExpiry('is more than 24 hours ahead');
  return expiresAt;
};

export const invalidExpiry = (what: string): HeraldError =>
  new HeraldError('INVALID_INPUT', { field: 'expiresAt', message: `expiresAt ${what}.` });
