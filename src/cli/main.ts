import { parseArgs } from 'node:util';
import { seal } from './seal.ts';

const HELP = `herald: tools for operators

  herald seal --user-id ID [--hours N] [--json]
      Seals one X account's access token and secret for one user and prints the session variables that Herald takes.
      Reads {"accessToken","accessTokenSecret"} as JSON from standard input, so that neither stands in the shell's
      history. The keyring is that of HERALD_KEYRING or HERALD_KEYRING_FILE, otherwise the one that npm start made.

  herald --help
      This page.
`;

/** Wrong use of the command line; the message says how it is used. */
class Usage extends Error {}

const run = async (args: string[]): Promise<void> => {
  const { values, positionals } = parseArgs({
    args,
    allowPositionals: true,
    options: {
      help: { type: 'boolean', short: 'h' },
      json: { type: 'boolean' },
      'user-id': { type: 'string' },
      hours: { type: 'string', default: '24' },
    },
  });
  const [command, ...rest] = positionals;
  if (values.help || command === undefined) return void process.stdout.write(HELP);
  if (command !== 'seal' || rest.length > 0)
    throw new Usage(`herald has no command ${positionals.join(' ')}.`);
  if (values['user-id'] === undefined)
    throw new Usage('seal needs --user-id, as Hasura will send it in x-hasura-user-id.');
  const variables = await seal({
    userId: values['user-id'],
    hours: values.hours,
    environment: process.env,
    input: process.stdin,
  });
  const lines = Object.entries(variables).map(([name, value]) => `${name}: ${value}`);
  process.stdout.write(values.json ? `${JSON.stringify(variables)}\n` : `${lines.join('\n')}\n`);
};

run(process.argv.slice(2)).then(
  () => process.exit(0),
  (error: unknown) => {
    const message = error instanceof Error ? error.message : String(error);
    const isUsage =
      error instanceof Usage || (error as NodeJS.ErrnoException).code?.startsWith('ERR_PARSE_ARGS') === true;
    process.stderr.write(`${message}\n${isUsage ? 'Try: npm run herald -- --help\n' : ''}`);
    process.exit(isUsage ? 2 : 1);
  },
);
