import { type AnswerErrorCode, answerErrors, type UserAction } from './errors.ts';

export interface ErrorDetails {
  /** Replaces the table's sentence; must hold nothing secret and nothing of another user. */
  readonly message?: string;
  /** Dotted path of the input's field at fault, e.g. `text` or `parts.3.text`. */
  readonly field?: string;
  /** The earliest time at which another try makes sense. */
  readonly retryAt?: Date;
  /** An HTTP status that says more than the table's (405, 408, 415, 431). */
  readonly status?: number;
  /** For the log alone; never leaves the process. */
  readonly cause?: unknown;
}

/** A refusal with a public code. Whatever else is thrown is a bug and leaves a door as `INTERNAL`. */
export class HeraldError extends Error {
  readonly code: AnswerErrorCode;
  readonly status: number;
  readonly userAction: UserAction;
  readonly field: string | undefined;
  readonly retryAt: Date | undefined;

  constructor(code: AnswerErrorCode, details: ErrorDetails = {}) {
    super(details.message ?? answerErrors[code].message, { cause: details.cause });
    this.name = 'HeraldError';
    this.code = code;
    this.status = details.status ?? answerErrors[code].status;
    this.userAction = answerErrors[code].userAction;
    this.field = details.field;
    this.retryAt = details.retryAt;
  }
}

/**
 * What is stored is sealed under a key that this process does not know: another Herald has a newer keyring. It passes when
 * this one is restarted with it, so nothing is given up because of it.
 */
export class KeyNotHere extends HeraldError {
  constructor() {
    super('TEMPORARILY_UNAVAILABLE', {
      message:
        'This Herald was started before a key was made that it needs now. It goes on once it is restarted.',
    });
    this.name = 'KeyNotHere';
  }
}
