/** Every event that a log line can name, with the sentence that says when it is written. */
export const logEvents = {
  started: 'the process listens',
  node_outdated: 'the Node.js version no longer gets fixes',
  stopping: 'a signal asked the process to stop',
  stopped: 'everything in flight is finished',
  request: 'a door answered a request',
  request_failed: 'a door answered INTERNAL: a bug',
  credentials_refused: 'an envelope was refused; the reason is here and nowhere else',
  x_created: 'X created a tweet',
  x_outcome: 'X answered with something else, or not at all',
} as const;

export type LogEvent = keyof typeof logEvents;
export type LogLevel = 'debug' | 'info' | 'warn' | 'error';

/** What a line may carry beside `time level evt`. Ids and numbers only: never a text, a header, a body or a secret. */
export interface LogFields {
  readonly code?: string | undefined;
  readonly requestId?: string | undefined;
  readonly traceId?: string | undefined;
  readonly postId?: string | undefined;
  readonly attempt?: number | undefined;
  readonly durationMs?: number | undefined;
  readonly operation?: string | undefined;
  readonly status?: number | undefined;
  readonly reason?: string | undefined;
  readonly tweetId?: string | undefined;
  readonly xTransactionId?: string | undefined;
  readonly kid?: string | undefined;
  readonly url?: string | undefined;
  readonly version?: string | undefined;
  readonly error?: unknown;
}

export type Log = (level: LogLevel, evt: LogEvent, fields?: LogFields) => void;
