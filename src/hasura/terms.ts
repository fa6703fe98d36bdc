import type { Json } from './json.ts';

/** Where the engine sends actions. An action with this handler is Herald's. */
export const actionHandler = '{{HERALD_URL}}/hasura/actions';

/** The remote schema with this name and address is Herald's. */
export const remoteSchema = { name: 'herald', url: '{{HERALD_URL}}/graphql' } as const;

/** The engine reads the secret from its own environment, so that none stands in the metadata. */
export const secretHeaders: Json = [
  { name: 'x-hasura-webhook-secret', value_from_env: 'HERALD_WEBHOOK_SECRET' },
];

/** Longer than Herald's own deadline (22 s by default), so that Herald answers before the engine gives up. */
const timeoutSeconds = 30;

/** A file of 5 MB goes to X in up to eight requests of 20 s each, and X is given 8 s to process it. */
const uploadTimeoutSeconds = 180;

/** How long the engine waits for a root field. */
export const timeoutSecondsOf = (field: string): number =>
  field === 'uploadTweetMedia' ? uploadTimeoutSeconds : timeoutSeconds;

/** The database schema of the ledger. */
export const ledgerSchema = 'herald';

export const doors = ['actions', 'remote-schema', 'both'] as const;

/** How the engine offers Herald's mutations: as actions, as a remote schema, or as both side by side. */
export type Door = (typeof doors)[number];

/** What `sync` and `apply` are asked for. */
export interface Choice {
  readonly door: Door;
  /** Roles that get a permission on everything. */
  readonly roles: readonly string[];
  /** The engine's source whose database has the schema `herald`. */
  readonly source: string;
}
