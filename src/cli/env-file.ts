import { randomBytes } from 'node:crypto';
import type { variables } from '../config/index.ts';

/** A variable that Herald knows. */
type Name = keyof typeof variables | `${keyof typeof variables}_FILE`;

/** 32 random bytes, in characters that need no quotes in a URL or an .env file. */
export const makeSecret = (): string => randomBytes(32).toString('base64url');

const comments = {
  NODE_ENV: ['Published secrets and development settings are refused.'],
  HERALD_PUBLIC_URL: [
    'FILL IN. Where browsers and the engine reach Herald: https, without a path.',
    'X needs this address in the developer console as callback URL: HERALD_PUBLIC_URL/auth/x/callback',
    'Example: https://herald.example.com',
  ],
  X_APP_KEY: [
    "FILL IN. The X application's consumer key (API key), from the X developer console under Keys and tokens.",
    'The application needs the permission Read and write before the first user signs in.',
  ],
  X_APP_SECRET: ['FILL IN. Its consumer secret (API key secret), from the same page.'],
  HERALD_CLIENTS: [
    'FILL IN. The applications whose users sign in or connect accounts, as JSON on one line.',
    'Browsers are sent back to these addresses only, compared letter by letter.',
    'Example: [{"id":"web","redirectUris":["https://app.example.com/auth/callback"]}]',
  ],
  HERALD_BUDGET_DAY_USD: [
    'FILL IN. What all users together may spend at X in a day (UTC), in dollars, or unlimited. X charges for every post,',
    'and 13 times as much for one with a link; what is over the budget is refused before it is sent.',
    'Example: 5.00',
  ],
  HERALD_WEBHOOK_SECRET: [
    'Shared with the engine, which sends it as x-hasura-webhook-secret. 32 random bytes, made for this file.',
  ],
  HERALD_KEYRING: [
    'The keys that open credential envelopes, seal what is stored, sign tokens and cookies, made for this file.',
    'Keep a copy in another place: without it nothing that is stored opens.',
  ],
  HERALD_KEYRING_FILE: [
    'The file with the keys that open credential envelopes, seal what is stored, sign tokens and cookies.',
    'Keep a copy in another place: without it nothing that is stored opens.',
  ],
  DATABASE_URL: [
    'The Postgres of the ledger, with a password made for this file; the same one goes to the database.',
    'A direct connection, not a transaction pooler.',
  ],
  HERALD_URL: ['Where the engine finds Herald. Herald itself does not read it.'],
  HASURA_GRAPHQL_ADMIN_SECRET: [
    "The engine's admin secret, made for this file. Herald does not read this and what follows.",
  ],
  PG_DATABASE_URL: [
    'How the engine reaches the same database, as a role of its own that may read what is tracked.',
  ],
  HASURA_GRAPHQL_METADATA_DATABASE_URL: ["The engine's own database, as the same role."],
} as const satisfies Readonly<Partial<Record<Name, readonly string[]>>>;

/** What stands in the file; each name is explained there. */
export type EnvValues = Readonly<Partial<Record<keyof typeof comments, string>>>;

/** Lines of `NAME=value`, each under what it is. No value needs quotes: JSON here has no blanks, `$` or single quotes. */
export const renderEnvFile = (values: EnvValues): string =>
  [
    '# Made by herald init. Secret: only the operator may read this file, and it belongs into no repository.',
    '# herald --help lists what reads it; every other variable of Herald has a default that suits production.',
    ...Object.entries(values).flatMap(([name, value]) => [
      '',
      ...comments[name as keyof typeof comments].map((line) => `# ${line}`),
      `${name}=${value}`,
    ]),
    '',
  ].join('\n');
