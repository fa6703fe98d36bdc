/** Every event that a log line can name, with the sentence that says when it is written. */
export const logEvents = {
  started: 'the process listens',
  node_outdated: 'the Node.js version no longer gets fixes',
  stopping: 'a signal asked the process to stop',
  stopped: 'everything in flight is finished',
  request: 'a door answered a request',
  request_failed: 'a door answered INTERNAL: a bug',
  credentials_refused: 'an envelope was refused; the reason is here and nowhere else',
  bearer_refused: 'a bearer token was refused; the reason is here and nowhere else',
  jwks_unavailable: 'the keys at jwk_url could not be had; older ones are used for up to a day',
  keyring_note: 'something about the keyring that an operator should know',
  short_ttl: 'posts expire before an attempt without an answer can be settled',
  sending_held: 'the restore guard or another deployment keeps this process from sending',
  x_created: 'X created a tweet',
  x_outcome: 'X answered with something else, or not at all',
  x_deleted: 'X deleted a tweet, or had it no more',
  x_not_deleted: 'X did not delete a tweet that it was asked to',
  record_failed: 'an outcome could not be written down; the lease ends and the part is looked for',
  database_lost: 'a connection to the database broke; another takes its place',
  double_post: 'X has a second tweet of one part: an alarm',
  lease_expired: 'attempts ended without an outcome and are looked for',
  post_expired: 'posts ended because they waited too long',
  reconciled: 'a post in doubt was looked for on the timeline',
  gate_closed: 'nothing is sent for now: X fails, is out of credits, or tells another time',
  gate_opened: 'posts are sent again',
  clock_skew: "this machine's clock is 30 seconds or more away from X's",
  scrape_failed: 'metrics were served without those of the ledger',
  account_connected: 'a user connected an X account, or connected it again',
  account_disconnected: 'a connected account and its credentials are gone',
  account_needs_reconnect: 'X no longer accepts the credentials of a connected account',
  sign_in_refused: 'the issuer refused a sign-in, a code, a refresh; the reason is here',
  issuer_failed: 'the issuer could not answer: a bug, or something it needs is away',
  claims_hook_failed: "the operator's claims hook failed a sign-in; what it threw is here",
  worker_failed: 'a round of the worker failed; the next one comes',
} as const;

export type LogEvent = keyof typeof logEvents;
export type LogLevel = 'debug' | 'info' | 'warn' | 'error';

/** What a line may carry beside `time level evt`. Ids and numbers only: never a text, a header, a body or a secret. */
export interface LogFields {
  readonly code?: string | undefined;
  readonly requestId?: string | undefined;
  readonly traceId?: string | undefined;
  readonly postId?: string | undefined;
  readonly accountId?: string | undefined;
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
  /** The network's code, e.g. `ECONNRESET`. */
  readonly failure?: string | undefined;
  readonly count?: number | undefined;
  readonly error?: unknown;
}

export type Log = (level: LogLevel, evt: LogEvent, fields?: LogFields) => void;
