interface Variable {
  readonly about: string;
  /** Shown in the table and in .env.example; absent means that there is none and the name is required or optional as `about` says. */
  readonly default?: string;
  readonly secret?: true;
  /** Who reads it: the service unless said otherwise. */
  readonly readBy?: 'local stack and sandbox' | 'the engine';
}

/**
 * Every environment variable that Herald knows, each also as `NAME_FILE`. The configuration, `.env.example` and the
 * README's table come from here, and an unknown `HERALD_*` name refuses start-up.
 */
export const variables = {
  X_APP_KEY: {
    about: "The X application's OAuth 1.0a consumer key. With it set, `npm start` posts to x.com",
    default: '`sandbox-app` with the sandbox',
  },
  X_APP_SECRET: {
    about: "The X application's OAuth 1.0a consumer secret",
    default: '`sandbox-app-secret` with the sandbox',
    secret: true,
  },
  X_API_URL: {
    about: 'Where X is. Plain http only for loopback and the host name `sandbox`',
    default: 'https://api.x.com',
  },
  X_AUTHORIZE_URL: { about: 'Where browsers go to authorise', default: '= `X_API_URL`' },
  X_PLAN: {
    about: "The X application's plan, `self-serve` or `enterprise`: which of X's rules apply",
    default: 'self-serve',
  },
  HERALD_BUDGET_DAY_USD: {
    about:
      'What all users together may spend at X in a day (UTC), in dollars such as `5.00`, or `unlimited`. `herald budget set --app` goes before',
    default: '`unlimited` with the sandbox, required with the real X',
  },
  HERALD_BUDGET_USER_DAY_USD: {
    about: 'The same for each user. `herald budget set --user` goes before',
    default: 'unlimited',
  },
  HERALD_WEBHOOK_SECRET: {
    about:
      'Shared with Hasura, which sends it as `x-hasura-webhook-secret`. At least 32 random bytes: `openssl rand -base64 32`',
    default: 'made by `npm start`',
    secret: true,
  },
  HERALD_WEBHOOK_SECRET_PREVIOUS: {
    about: 'A second secret that is accepted too, while Hasura changes over',
    secret: true,
  },
  HERALD_KEYRING: {
    about:
      'The keys that open credential envelopes and seal what is stored, as JSON. Better as a file: `HERALD_KEYRING_FILE`',
    default: 'made by `npm start`',
    secret: true,
  },
  HERALD_ROLES: {
    about: 'Roles that may call, separated by commas. Never `admin`, never the unauthenticated role',
    default: 'user',
  },
  DATABASE_URL: {
    about: 'The Postgres of the ledger, 14 or later; a direct connection, not a transaction pooler',
    default: 'embedded by `npm start`',
    secret: true,
  },
  HERALD_PG_POOL: { about: 'Connections to it', default: '10' },
  HERALD_PUBLIC_URL: {
    about: 'Where browsers and Hasura reach Herald. Set, it also tells a copied database from its original',
    default: '`http://127.0.0.1:PORT`',
  },
  HERALD_CLIENTS: {
    about:
      'The applications that browsers come back to, as JSON: `[{"id", "redirectUris", "audience"}]`. Public clients; for loopback any port; the audience is the id unless named',
    default: 'a development client outside production',
  },
  HASURA_GRAPHQL_JWT_SECRET: {
    about:
      "The engine's own variable, verbatim: how bearer tokens on `/graphql` are verified. Audience and issuer are required",
    default: "Herald's own issuer, audiences of `HERALD_CLIENTS`",
    secret: true,
  },
  HERALD_CLAIMS_HOOK: { about: "The path of a module of yours that adds claims to the issuer's tokens" },
  HERALD_TRUSTED_PROXIES: {
    about: 'Addresses or CIDR ranges of proxies whose `X-Forwarded-For` is believed, separated by commas',
    default: 'none',
  },
  HERALD_LEGACY_PASSWORD: {
    about: 'The password of the old Auth0 rule, to read its sessions while users sign in anew',
    default: 'off',
    secret: true,
  },
  HERALD_LEGACY_READ_UNTIL: {
    about: 'Until when, e.g. `2027-01-31`; at most 90 days ahead',
    default: 'off',
  },
  HOST: { about: 'The address to listen on', default: '127.0.0.1' },
  PORT: { about: 'The port to listen on', default: '4000' },
  HERALD_X_DEADLINE_MS: { about: 'How long one request to X may take, in milliseconds', default: '20000' },
  HERALD_LEASE_MS: {
    about: 'How long one attempt may hold its part of the ledger. More than twice the X deadline and 5 s',
    default: '60000',
  },
  HERALD_ANSWER_WITHIN_MS: {
    about: 'How long a caller waits for an outcome before the answer is QUEUED or SENDING',
    default: '22000',
  },
  HERALD_SETTLE_WINDOW_MS: {
    about: 'How long X may take to show a tweet that it took. Below 600000 only outside production',
    default: '900000',
  },
  HERALD_POST_TTL_MS: {
    about: 'A post that still waits by then fails as EXPIRED, and nothing is sent',
    default: '1800000',
  },
  HERALD_DEDUPE_WINDOW_MS: {
    about:
      'The same input of the same user without an idempotency key is the same post for so long; 0 = never',
    default: '120000',
  },
  HERALD_RESTORE_GUARD_MS: {
    about: 'After a gap of this length overdue posts are not sent until somebody says so',
    default: '900000',
  },
  HERALD_MEDIA_MAX_BYTES: {
    about: 'How large a file that comes to `POST /media` may be, from 1048576 to 536870912',
    default: '67108864',
  },
  HERALD_MEDIA_BY_URL: {
    about:
      'Whether `uploadTweetMedia` fetches pictures from addresses that users name: `off`, `on`, or the only host names it may ask, separated by commas',
    default: 'off',
  },
  OPS_PORT: { about: 'The port of `/metrics`', default: '4002' },
  HERALD_LOG_LEVEL: { about: '`debug`, `info`, `warn` or `error`', default: 'info' },
  HERALD_LOG_FORMAT: { about: '`json` or `pretty`', default: 'json, pretty on a terminal' },
  NODE_ENV: { about: '`production` refuses published secrets and a settle window below 600000', default: '' },
  HERALD_URL: {
    about:
      'Where the engine finds Herald, for the handler `{{HERALD_URL}}/hasura/actions`. Herald ignores it',
    readBy: 'the engine',
  },
  HASURA_GRAPHQL_ADMIN_SECRET: {
    about: "The engine's admin secret, in the same `.env` for compose.production.yml. Herald ignores it",
    readBy: 'the engine',
  },
  PG_DATABASE_URL: {
    about:
      "The engine's way to the ledger's database, as a role that is granted `herald_read`. Herald ignores it",
    readBy: 'the engine',
  },
  HASURA_GRAPHQL_METADATA_DATABASE_URL: {
    about: "The engine's own database. Herald ignores it",
    readBy: 'the engine',
  },
  HERALD_STATE_DIR: {
    about: 'The folder that `npm start` keeps its state in',
    default: '.herald',
    readBy: 'local stack and sandbox',
  },
  SANDBOX_PORT: { about: "The sandbox's port", default: '4001', readBy: 'local stack and sandbox' },
  SANDBOX_TLS_PORT: {
    about: "The sandbox's port for https; none unless set",
    readBy: 'local stack and sandbox',
  },
} as const satisfies Record<string, Variable>;

export type VariableName = keyof typeof variables;

/** Kubernetes gives every pod such names for a service called `herald`; they mean nothing to Herald. */
const SERVICE_LINK = /^HERALD_(SERVICE_.+|PORT(_.+)?)$/;

const isKnown = (name: string): boolean => name.replace(/_FILE$/, '') in variables || name in variables;

/** The `HERALD_*` names of `environment` that nothing reads: misspellings, usually. */
export const unknownNames = (environment: Readonly<Record<string, string | undefined>>): string[] =>
  Object.keys(environment).filter(
    (name) => name.startsWith('HERALD_') && !isKnown(name) && !SERVICE_LINK.test(name),
  );
