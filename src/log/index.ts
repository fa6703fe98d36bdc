import pino from 'pino';
import pretty from 'pino-pretty';
import type { Log, LogFields, LogLevel } from '../kernel/index.ts';

interface LogOptions {
  readonly level: LogLevel;
  readonly format: 'json' | 'pretty';
  /** Where lines go; standard output when absent. */
  readonly destination?: { write(line: string): void };
}

/**
 * A log that writes one JSON object a line: `time level evt` and the fields of {@link LogFields}. Events come from a
 * closed list, so no line holds a text, a header or a body by accident.
 */
export const createLog = ({ level, format, destination }: LogOptions): Log => {
  const logger = pino(
    {
      level,
      base: null,
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
    },
    destination ?? (format === 'pretty' ? prettyOutput() : pino.destination({ dest: 1, sync: true })),
  );
  return (at, evt, fields = {}) => logger[at]({ evt, ...printable(fields) });
};

const prettyOutput = () =>
  pretty({ sync: true, ignore: 'evt', messageKey: 'evt', translateTime: 'SYS:HH:MM:ss' });

/** An error is reduced to its kind and stack: jose's carry claims, twitter-api-v2's carry the Authorization header. */
const printable = ({ error, ...fields }: LogFields): Record<string, unknown> =>
  error === undefined ? fields : { ...fields, error: describe(error) };

const describe = (error: unknown): Record<string, unknown> =>
  error instanceof Error
    ? { type: error.name, code: (error as NodeJS.ErrnoException).code, stack: error.stack }
    : { type: typeof error };
