import { type Pause, type PauseScope, parseUserId, parseXUserId } from '../kernel/index.ts';
import { type Call, type Command, Usage } from './command.ts';

/** The options of `pause` and `resume`; without any it is everything. */
export const scopeChoice: NonNullable<Command['choice']> = {
  required: false,
  options: {
    all: { about: 'Everything; the same as no option.' },
    user: { value: 'ID', about: 'The posts of this user, as Hasura sends the id in x-hasura-user-id.' },
    account: { value: 'X_USER_ID', about: 'The posts of this X account, by its numeric id.' },
  },
};

export const readScope = (call: Call): PauseScope => {
  const [user, account] = [call.text('user'), call.text('account')];
  if (user !== undefined) {
    const userId = parseUserId(user);
    if (userId === undefined) throw new Usage('--user is 1 to 255 characters without control characters.');
    return { scope: 'USER', userId };
  }
  if (account !== undefined) {
    const xUserId = parseXUserId(account);
    if (xUserId === undefined) throw new Usage('--account is the numeric id of an X account, not its name.');
    return { scope: 'ACCOUNT', xUserId };
  }
  return { scope: 'ALL' };
};

/** Empty for everything, as the ledger has it. */
export const subjectOf = (scope: PauseScope): string => {
  switch (scope.scope) {
    case 'ALL':
      return '';
    case 'USER':
      return scope.userId;
    case 'ACCOUNT':
      return scope.xUserId;
  }
};

/** What a pause or a resumption is about, in words. */
export const describeScope = ({ scope, subject }: Pick<Pause, 'scope' | 'subject'>): string => {
  switch (scope) {
    case 'ALL':
      return 'everybody';
    case 'USER':
      return `user ${subject}`;
    case 'ACCOUNT':
      return `X account ${subject}`;
  }
};

export const pauseJson = ({ scope, subject, reason, since }: Pause) => ({
  scope,
  subject: subject === '' ? null : subject,
  reason,
  since: since.toISOString(),
});
