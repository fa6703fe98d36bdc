import { generateKeyring, loadKeyring } from '../credentials/index.ts';
import { type Call, type Command, Usage } from './command.ts';
import { type EnvValues, makeSecret, renderEnvFile } from './env-file.ts';
import { createSecretFile, findFile } from './replace-file.ts';

export const init: Command = {
  name: 'init',
  summary:
    'Prints a complete .env for production, with fresh secrets and keys: herald init > .env. What only you know is left empty and explained. It needs no variable and changes nothing.',
  options: {
    'keyring-file': {
      value: 'FILE',
      about:
        'Puts the keyring into FILE, which only its owner can read, instead of into the .env; a keyring that is there is kept.',
    },
  },
  printsSecret: true,
  run: async (call) => {
    call.refuseTerminal();
    const variables = await makeVariables(call);
    const document = renderEnvFile(variables);
    return {
      json: { variables },
      lines: ['Fresh secrets and keys for production.'],
      next: [
        'Fill in what is empty: X_APP_KEY, X_APP_SECRET, HERALD_BUDGET_DAY_USD, HERALD_PUBLIC_URL, HERALD_CLIENTS.',
        'Let only the operator read the file (chmod 600 .env), and keep a copy of the keyring: without it nothing that is stored opens.',
        'Then: herald doctor',
      ],
      document,
    };
  },
};

const makeVariables = async (call: Call): Promise<EnvValues> => {
  const enginePassword = makeSecret();
  return {
    NODE_ENV: 'production',
    HERALD_PUBLIC_URL: '',
    X_APP_KEY: '',
    X_APP_SECRET: '',
    HERALD_BUDGET_DAY_USD: '',
    HERALD_CLIENTS: '',
    HERALD_WEBHOOK_SECRET: makeSecret(),
    ...(await keyringVariable(call)),
    DATABASE_URL: `postgres://herald:${makeSecret()}@postgres:5432/herald`,
    HERALD_URL: 'http://herald:4000',
    HASURA_GRAPHQL_ADMIN_SECRET: makeSecret(),
    PG_DATABASE_URL: `postgres://hasura:${enginePassword}@postgres:5432/herald`,
    HASURA_GRAPHQL_METADATA_DATABASE_URL: `postgres://hasura:${enginePassword}@postgres:5432/hasura`,
  };
};

const keyringVariable = async (call: Call): Promise<EnvValues> => {
  const path = call.text('keyring-file');
  if (path === '') throw new Usage('--keyring-file is the path of a file.');
  if (path === undefined) return { HERALD_KEYRING: await generateKeyring(new Date()) };
  const found = findFile(path);
  if (found === undefined) createSecretFile(path, `${await generateKeyring(new Date())}\n`);
  else await loadKeyring(found.text);
  return { HERALD_KEYRING_FILE: path };
};
