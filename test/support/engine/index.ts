// This is not Hasura: it follows what is known of the engine where Herald meets it.
import { randomUUID } from 'node:crypto';
import { createActionLog } from './action-log.ts';
import { openCatalog } from './catalog.ts';
import {
  type Delivery,
  type Due,
  deliverCron,
  deliverOneOff,
  deliverRow,
  type OneOff,
  type RowEvent,
} from './delivery.ts';
import { EngineError } from './engine-error.ts';
import { execute, type GraphqlResult } from './execute.ts';
import type { Environment } from './headers.ts';
import { createJwtVerifier, type JwtSecret } from './jwt.ts';
import { readMetadata } from './metadata.ts';
import type { GraphqlRequest } from './read-document.ts';
import { type Runner, type Subscription, serve, subscribe } from './serve.ts';
import { openSession } from './session.ts';

export type { GraphqlResult } from './execute.ts';

export interface EngineOptions {
  /** A project with config.yaml, or its metadata directory. */
  readonly metadata: string;
  /** The engine process's environment: its own `HASURA_GRAPHQL_*` and what the metadata refers to. */
  readonly environment: Environment;
  /** How time passes between the tries of an event; default: it does not. */
  readonly wait?: (seconds: number) => Promise<void>;
}

export interface Engine {
  readonly url: string;
  /** What of the metadata could not be used; `/healthz?strict=true` fails while there is something. */
  inconsistent(): readonly string[];
  /** Asks a remote schema for its SDL again. */
  reloadRemoteSchema(name: string): Promise<void>;
  /** Tells each new result of the document. */
  subscribe(
    request: GraphqlRequest,
    headers: Readonly<Record<string, string>>,
    onData: (result: GraphqlResult) => void,
  ): Subscription;
  /** Calls the handlers of the asynchronous actions that wait. */
  processAsyncActions(): Promise<void>;
  /** A graceful shutdown while asynchronous actions are being processed: they will be delivered again. */
  interruptAsyncActions(): void;
  emitEvent(trigger: string, event: RowEvent): Promise<Delivery>;
  runCron(trigger: string, due?: Due): Promise<Delivery>;
  runOneOff(oneOff: OneOff, id?: string): Promise<Delivery>;
  close(): Promise<void>;
}

/** Starts the stand-in on a free port with the metadata of a project. */
export const startEngine = async (options: EngineOptions): Promise<Engine> => {
  const { environment, wait = async () => {} } = options;
  const metadata = readMetadata(options.metadata);
  const catalog = await openCatalog(metadata, environment);
  const settings = {
    environment,
    configuredFirst: environment.HASURA_GRAPHQL_CONFIGURED_HEADER_PRECEDENCE === 'true',
    prioritizeData: environment.HASURA_GRAPHQL_REMOTE_SCHEMA_PRIORITIZE_DATA === 'true',
  };
  const log = createActionLog(settings);
  const run = createRunner(environment, (session, headers) => ({
    role: catalog.schemaOf(session.role),
    types: catalog.types,
    log,
    settings,
    session,
    headers,
    showInternal: session.role === 'admin' || environment.HASURA_GRAPHQL_DEV_MODE === 'true',
  }));
  const server = await serve(run, catalog.problems);
  const deliveries = { environment, wait };

  return {
    url: server.url,
    inconsistent: catalog.problems,
    reloadRemoteSchema: catalog.loadRemote,
    subscribe: (request, headers, onData) => subscribe(() => run(request, Object.entries(headers)), onData),
    processAsyncActions: () => log.process(),
    interruptAsyncActions: () => log.unlock(),
    emitEvent: (name, event) => {
      for (const { table, event_triggers = [] } of metadata.sources.flatMap(({ tables }) => tables))
        for (const trigger of event_triggers)
          if (trigger.name === name) return deliverRow(trigger, table, event, deliveries);
      throw new Error(`The metadata has no event trigger ${name}.`);
    },
    runCron: (name, due = {}) => {
      const trigger = metadata.cronTriggers.find((entry) => entry.name === name);
      if (trigger === undefined) throw new Error(`The metadata has no cron trigger ${name}.`);
      return deliverCron(trigger, due, deliveries);
    },
    runOneOff: (oneOff, id = randomUUID()) => deliverOneOff(oneOff, id, deliveries),
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
      await catalog.close();
    },
  };
};

type Executions = (
  ...args: [Awaited<ReturnType<typeof openSession>>, Parameters<Runner>[1]]
) => Parameters<typeof execute>[1];

/** Who asks is settled first; whatever the engine refuses is an answer too. */
const createRunner = (environment: Environment, executionFor: Executions): Runner => {
  const jwtSecret = environment.HASURA_GRAPHQL_JWT_SECRET;
  const authentication = {
    adminSecret: environment.HASURA_GRAPHQL_ADMIN_SECRET ?? '',
    verifyJwt: jwtSecret === undefined ? undefined : createJwtVerifier(JSON.parse(jwtSecret) as JwtSecret),
    unauthorizedRole: environment.HASURA_GRAPHQL_UNAUTHORIZED_ROLE,
  };
  return async (request, headers, cookies) => {
    try {
      const session = await openSession(headers, authentication);
      return await execute(request, executionFor(session, headers), cookies);
    } catch (error) {
      if (error instanceof EngineError) return { errors: [error.show(false)] };
      throw error;
    }
  };
};
