import { type Account, HeraldError } from '../kernel/index.ts';
import { type Command, Usage } from './command.ts';
import { readLimit } from './posts-list.ts';
import { table } from './print.ts';
import { readUser } from './user-option.ts';
import { withLedger } from './with-ledger.ts';

export const accountsList: Command = {
  name: 'accounts list',
  summary: 'Lists the X accounts that users connected, disconnected ones too; never their credentials.',
  options: {
    user: { value: 'ID', about: 'Only accounts of this user, as Hasura sends the id in x-hasura-user-id.' },
    limit: { value: 'N', about: 'At most so many, 1 to 100; 20 unless said otherwise.' },
    after: { value: 'CURSOR', about: 'Goes on behind an earlier page.' },
  },
  run: (call) => {
    const userId = readUser(call);
    const request = { first: readLimit(call), after: call.text('after') };
    return withLedger(call.environment, async (ledger) => {
      const page = await ledger.accounts.page(userId, request).catch(blameCursor);
      const rows = page.accounts.map((account) => [
        account.id,
        account.userId,
        account.xUserId,
        `@${account.username}`,
        account.state,
        account.isDefault ? 'default' : '',
        account.connectedAt.toISOString(),
      ]);
      return {
        json: {
          accounts: page.accounts.map(accountJson),
          endCursor: page.endCursor ?? null,
          hasNextPage: page.hasNextPage,
        },
        lines:
          rows.length > 0
            ? table(['ID', 'USER', 'X ID', 'HANDLE', 'STATE', 'DEFAULT', 'CONNECTED'], rows)
            : ['No accounts.'],
        next: [
          ...adviseOn(page.accounts),
          ...(page.hasNextPage ? [`More of them: the same with --after ${page.endCursor}`] : []),
        ],
      };
    });
  },
};

/** An account as `--json` shows it: names as in the SDL. */
const accountJson = ({ id, userId, xUserId, username, state, isDefault, connectedAt }: Account) => ({
  id,
  userId,
  xUserId,
  username,
  state,
  isDefault,
  connectedAt: connectedAt.toISOString(),
});

const adviseOn = (accounts: readonly Account[]): string[] =>
  accounts.some(({ state }) => state === 'NEEDS_RECONNECT')
    ? [
        'NEEDS_RECONNECT: X refused the credentials. The user connects the account again; posts wait until they expire.',
      ]
    : [];

const blameCursor = (error: unknown): never => {
  if (error instanceof HeraldError && error.field === 'after')
    throw new Usage('--after is the cursor that an earlier page ended with.');
  throw error;
};
