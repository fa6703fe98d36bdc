import { parseXUserId } from '../kernel/index.ts';
import { type Call, type Command, Usage } from './command.ts';
import { withLedger } from './with-ledger.ts';

const USUAL = 280;
const MOST = 25_000;

export const accountsLimit: Command = {
  name: 'accounts limit',
  argument: 'X_USER_ID',
  secondArgument: 'CHARACTERS',
  summary: `Shows, or says, how many weighted characters a tweet of an X account may have: ${USUAL + 1} to ${MOST}, for accounts that X lets post long.`,
  options: { clear: { about: `Back to X's usual ${USUAL}.` } },
  run: (call) => {
    const xUserId = parseXUserId(call.argument);
    if (xUserId === undefined)
      throw new Usage('X_USER_ID is the numeric id of an X account: herald accounts list shows it.');
    const wish = readWish(call);
    return withLedger(call.environment, async (ledger) => {
      if (wish !== undefined) await ledger.setWeightedLimit(xUserId, wish.limit);
      const limit = await ledger.weightedLimit(xUserId);
      return {
        json: { xUserId, weightedLimit: limit ?? USUAL, source: limit === undefined ? 'X' : 'admin' },
        lines: [
          `X account ${xUserId}: ${limit ?? USUAL} weighted characters a tweet${limit === undefined ? ", X's usual limit" : ', as an admin said'}.`,
        ],
        next:
          limit === undefined
            ? [`If X lets this account post long: herald accounts limit ${xUserId} CHARACTERS`]
            : [
                'If X refuses a long tweet all the same, the account may not have that right (any more).',
                `Back to the usual limit: herald accounts limit ${xUserId} --clear`,
              ],
      };
    });
  },
};

/** What shall be; undefined when it shall only be shown. */
const readWish = (call: Call): { readonly limit: number | undefined } | undefined => {
  const text = call.secondArgument;
  if (call.has('clear')) {
    if (text !== '') throw new Usage('Give either CHARACTERS or --clear.');
    return { limit: undefined };
  }
  if (text === '') return undefined;
  const limit = /^\d{1,5}$/.test(text) ? Number(text) : 0;
  if (limit <= USUAL || limit > MOST)
    throw new Usage(`CHARACTERS is a whole number from ${USUAL + 1} to ${MOST}.`);
  return { limit };
};
