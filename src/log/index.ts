import pino from 'pino';
import pretty from 'pino-pretty';
import type { Log, LogFields, LogLevel } from '../kernel/index.ts';
import { scrub } from './scrub.ts';

interface Destination {
  write(line: string): void;
}

interface LogOptions {
  readonly level: LogLevel;
  readonly format: 'json' | 'pretty';
  /** Where lines go; standard output when absent. */
  readonly destination?: Destination;
}

/**
 * A log that writes one JSON object a line: `time level evt` and the fields of {@link LogFields}. Events come from a
 * closed list, so no line holds a text, a header or a body by accident, and what looks like a credential all the same
 * is masked on the finished line.
 */
export const createLog = ({ level, format, destination }: LogOptions): Log => {
  const logger = pino(
    {
      level,
      base: null,
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
    },
    scrubbed(
      destination ?? (format === 'pretty' ? prettyOutput() : pino.destination({ dest: 1, sync: true })),
    ),
  );
  return (at, evt, fields = {}) => {
    try {
      logger[at]({ evt, ...printable(fields) });
    } catch {
      // A full disk or a closed pipe must not stand between X's answer and the ledger: the line is lost, nothing else.
    }
  };
};

const scrubbed = (destination: Destination): Destination => ({
  write: (line) => void destination.write(scrub(line)),
});

const prettyOutput = () =>
  pretty({ sync: true, ignore: 'evt', messageKey: 'evt', translateTime: 'SYS:HH:MM:ss' });

/** An error is reduced to its kind and stack: jose's carry claims, twitter-api-v2's carry the Authorization header. */
const printable = ({ error, ...fields }: LogFields): Record<string, unknown> =>
  error === undefined ? fields : { ...fields, error: describe(error) };

const MAX_CAUSES = 3;

const describe = (error: unknown, causes = MAX_CAUSES): Record<string, unknown> => {
  if (!(error instanceof Error)) return { type: typeof error };
  const { code } = error as { code?: unknown };
  return {
    type: error.name,
    ...(typeof code === 'string' || typeof code === 'number' ? { code } : {}),
    stack: error.stack,
    ...(error.cause instanceof Error && causes > 0 ? { cause: describe(error.cause, causes - 1) } : {}),
  };
};
