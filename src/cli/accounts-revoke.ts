import { type Command, Usage } from './command.ts';
import { readUser } from './user-option.ts';
import { withLedger } from './with-ledger.ts';

export const accountsRevoke: Command = {
  name: 'accounts revoke',
  summary:
    'Ends all sign-ins of a user at once: tokens and envelopes from before now are refused, refresh tokens end, and credentials kept of open posts that came with a session are erased. Connected accounts stay connected.',
  options: {
    user: { value: 'ID', about: 'The user, as Hasura sends the id in x-hasura-user-id.', required: true },
  },
  run: (call) => {
    const userId = readUser(call);
    if (userId === undefined) throw new Usage('herald accounts revoke needs --user.');
    return withLedger(call.environment, async (ledger) => {
      await ledger.revocations.revoke(userId);
      const accounts = await ledger.accounts.accounts(userId);
      return {
        json: { userId, revoked: true, connectedAccounts: accounts.map(({ id }) => id) },
        lines: [
          `Every sign-in of ${userId} from before now is ended.`,
          'Herald refuses their tokens and envelopes from now on, whichever replica is asked.',
          'Posts of theirs that waited with the credentials of a session have FAILED with CREDENTIALS_INVALID; those that may be on X are NEEDS_REVIEW.',
        ],
        next: [
          'The engine verifies tokens by itself, for reads too: they pass there until they expire, after an hour at most.',
          'An account of another issuer (Auth0, your own auth) is ended there too, or the user just signs in again.',
          ...(accounts.length === 0
            ? []
            : [
                `${accounts.length} X accounts stay connected: ${accounts.map(({ username }) => `@${username}`).join(', ')}. disconnectXAccount ends them; so does the user at x.com/settings/connected_apps.`,
              ]),
        ],
      };
    });
  },
};
