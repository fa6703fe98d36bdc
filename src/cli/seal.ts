import { text } from 'node:stream/consumers';
import { loadKeyring, type ReadablePair, sealPair } from '../credentials/index.ts';
import { parseUserId } from '../kernel/index.ts';
import { type Call, type Command, Refusal } from './command.ts';
import { requireConfiguredKeyring } from './keyring-source.ts';

const HOUR_MS = 3_600_000;

export const seal: Command = {
  name: 'seal',
  summary: `Seals one X account's access token and secret for one user and prints the session variables that Herald takes. Reads {"accessToken","accessTokenSecret"} as JSON from standard input, so that neither stands in the shell's history. The keyring is that of HERALD_KEYRING or HERALD_KEYRING_FILE, otherwise the one that npm start made.`,
  options: {
    'user-id': { value: 'ID', about: 'As Hasura will send it in x-hasura-user-id.', required: true },
    hours: { value: 'N', about: 'How long the envelopes open: 1 to 24; 24 unless said otherwise.' },
  },
  run: async (call) => {
    const variables = await sealVariables(call);
    return { json: variables, lines: Object.entries(variables).map(([name, value]) => `${name}: ${value}`) };
  },
};

/** The session variables with one X account's credentials. Throws {@link Refusal}s that say what to do. */
const sealVariables = async (call: Call): Promise<Record<string, string>> => {
  const subject = parseUserId(call.text('user-id') ?? '');
  if (subject === undefined)
    throw new Refusal('--user-id must be 1 to 255 characters without control characters.');
  const hours = call.text('hours') ?? '24';
  if (!/^([1-9]|1\d|2[0-4])$/.test(hours)) throw new Refusal('--hours must be a whole number from 1 to 24.');
  const keyring = await loadKeyring(requireConfiguredKeyring(call.environment));
  const pair = readPair(await text(call.input));
  const sealed = await sealPair(keyring, pair, {
    userId: subject,
    expiresAt: new Date(Date.now() + Number(hours) * HOUR_MS),
  });
  return {
    'x-hasura-role': 'user',
    'x-hasura-user-id': subject,
    'x-hasura-x-user-id': pair.accessToken.split('-')[0] ?? '',
    'x-hasura-access-token': sealed.accessToken,
    'x-hasura-access-token-secret': sealed.accessTokenSecret,
  };
};

const readPair = (json: string): ReadablePair => {
  const { accessToken, accessTokenSecret } = parse(json);
  if (typeof accessToken !== 'string' || !/^\d{1,20}-[A-Za-z0-9]{10,80}$/.test(accessToken)) {
    throw new Refusal(
      'accessToken must look as X gives it: the numeric user id, a hyphen, letters and digits.',
    );
  }
  if (typeof accessTokenSecret !== 'string' || accessTokenSecret === '')
    throw new Refusal('accessTokenSecret is missing.');
  return { accessToken, accessTokenSecret };
};

const parse = (json: string): Record<string, unknown> => {
  try {
    return JSON.parse(json) ?? {};
  } catch {
    throw new Refusal('Standard input must be JSON: {"accessToken": "...", "accessTokenSecret": "..."}.');
  }
};
