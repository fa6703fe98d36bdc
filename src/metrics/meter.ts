import type { Meter } from '../kernel/index.ts';
import type { Instruments } from './instruments.ts';

const NO_CODE = 'OK';
const OTHER = 'other';

/** Counts what the rooms report. */
export const createMeter = (instruments: Instruments): Meter => ({
  request: ({ door, operation, code, durationMs }) => {
    const labels = { door, operation: word(operation) };
    instruments.requests.inc({ ...labels, code: code === undefined ? NO_CODE : word(code) });
    instruments.requestSeconds.observe(labels, durationMs / 1000);
  },
  post: ({ state, code }) => instruments.posts.inc({ state, code: code ?? NO_CODE }),
  attempt: (outcome, durationMs) => {
    const { kind, answer } = outcome;
    instruments.attempts.inc({ kind, code: kind === 'created' ? NO_CODE : outcome.code });
    instruments.xSeconds.observe({ call: 'create' }, durationMs / 1000);
    if (answer.limits?.appDay) instruments.xAppLimit.set(answer.limits.appDay.remaining);
  },
  read: (read, durationMs) => {
    instruments.xReads.inc({ code: read.ok ? NO_CODE : read.code });
    instruments.xSeconds.observe({ call: 'read' }, durationMs / 1000);
  },
  legacyRead: () => instruments.legacyReads.inc(),
  envelope: ({ kid, result }) => instruments.envelopes.inc({ kid: word(kid), result }),
});

/** A label's value, or `other` for what is no plain word: no text becomes a label. */
const word = (value: string | undefined): string =>
  value !== undefined && /^[\w-]{1,40}$/.test(value) ? value : OTHER;
