/** Where a test can stop Herald: between two things that must not be able to part. */
export type StopPoint =
  | 'before-accept'
  /** The post is in the ledger, and nothing was sent. */
  | 'after-accept'
  /** The sweep's claim is committed, and nothing was sent. */
  | 'after-claim'
  /** The request is signed and its lease was looked at for the last time. Not for `hold`. */
  | 'after-lease-check'
  /** X answered, and nothing says so. */
  | 'after-send'
  /** The log line is written, the row is not. */
  | 'after-log'
  /** The row is written, the caller has no answer. */
  | 'after-record'
  | 'after-expire'
  /** The timeline was read, and nothing was concluded. */
  | 'during-reconcile'
  /** A tweet has to be deleted, and X was not asked. */
  | 'before-delete'
  /** X deleted it, and nothing says so. */
  | 'after-delete'
  /** The deletion is written down. */
  | 'after-record-deleted';

/** SIGKILL, SIGSTOP, or a wait for `go` on standard input while everything else goes on. */
export type StopAction = 'kill' | 'freeze' | 'hold';
