import type { Secret } from '../kernel/index.ts';
import { isObject, type JsonObject, objectsOf, textOf } from './json.ts';
import { MetadataProblem } from './problem.ts';

const ANSWER_TIMEOUT_MS = 60_000;

/** The metadata of an engine, and the version that it has to have still when it is replaced. */
export interface ExportedMetadata {
  readonly metadata: JsonObject;
  readonly resourceVersion: number;
}

/** A running Hasura engine v2. Every method throws {@link MetadataProblem}. */
export interface Engine {
  /** e.g. `v2.48.5`. Refuses anything before v2 and after. */
  version(): Promise<string>;
  exportMetadata(): Promise<ExportedMetadata>;
  /** All of it or nothing: refused when it would become inconsistent, or was changed since it was exported. */
  replaceMetadata(exported: ExportedMetadata): Promise<void>;
}

/** @see https://hasura.io/docs/2.0/api-reference/metadata-api/index/ */
export const connectEngine = (endpoint: string, adminSecret: Secret<string> | undefined): Engine => {
  const origin = originOf(endpoint);
  const ask = (path: string, body?: JsonObject): Promise<Answer> =>
    askEngine(`${origin}${path}`, adminSecret, body);
  return {
    version: async () => readVersion(origin, await ask('/v1/version')),
    exportMetadata: async () => {
      const { status, body } = await ask('/v1/metadata', { type: 'export_metadata', version: 2, args: {} });
      refuseAnswer(origin, status, body);
      const { metadata, resource_version: resourceVersion } = body;
      if (!isObject(metadata) || typeof resourceVersion !== 'number') throw notAnEngine(origin);
      if (metadata.version !== 3)
        throw new MetadataProblem(
          `The metadata of ${origin} is not of version 3.`,
          'Upgrade the engine to v2.37 or later.',
        );
      return { metadata, resourceVersion };
    },
    replaceMetadata: async ({ metadata, resourceVersion }) => {
      const { status, body } = await ask('/v1/metadata', {
        type: 'replace_metadata',
        version: 2,
        resource_version: resourceVersion,
        args: { allow_inconsistent_metadata: false, metadata },
      });
      if (status === 409)
        throw new MetadataProblem(
          'Somebody changed the metadata meanwhile; nothing was replaced.',
          'Run the command again.',
        );
      refuseAnswer(origin, status, body);
    },
  };
};

interface Answer {
  readonly status: number;
  readonly body: JsonObject;
}

/** `https://host/prefix` of what people have at hand: with a slash at the end, or the address of the GraphQL API. */
const originOf = (endpoint: string): string => {
  const url = URL.canParse(endpoint) ? new URL(endpoint) : undefined;
  if (url === undefined || !/^https?:$/.test(url.protocol))
    throw new MetadataProblem(
      'The endpoint is no http or https address.',
      'It is where the console is, for example http://localhost:8080',
    );
  return `${url.origin}${url.pathname.replace(/\/(v1\/graphql|v1\/metadata|console.*)?\/?$/, '')}`;
};

const askEngine = async (
  url: string,
  adminSecret: Secret<string> | undefined,
  body: JsonObject | undefined,
): Promise<Answer> => {
  try {
    const response = await fetch(url, {
      method: body === undefined ? 'GET' : 'POST',
      headers: {
        'content-type': 'application/json',
        ...(adminSecret === undefined ? {} : { 'x-hasura-admin-secret': adminSecret.reveal() }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      // The admin secret goes to the address that was named and to no other.
      redirect: 'error',
      signal: AbortSignal.timeout(ANSWER_TIMEOUT_MS),
    });
    return { status: response.status, body: readBody(await response.text()) };
  } catch (error) {
    throw new MetadataProblem(
      `${new URL(url).origin} cannot be reached (${reasonOf(error)}).`,
      'Look whether the engine runs and whether --endpoint, or HASURA_ENDPOINT, is its address.',
    );
  }
};

const reasonOf = (error: unknown): string => {
  const cause = error instanceof Error ? (error.cause as NodeJS.ErrnoException | undefined) : undefined;
  return cause?.code ?? cause?.message ?? (error instanceof Error ? error.message : 'unknown');
};

const readBody = (text: string): JsonObject => {
  try {
    const body: unknown = JSON.parse(text);
    return isObject(body) ? body : {};
  } catch {
    return {};
  }
};

const readVersion = (origin: string, { status, body }: Answer): string => {
  const version = textOf(body.version);
  if (status !== 200 || version === undefined) throw notAnEngine(origin);
  const major = /^v(\d+)\./.exec(version)?.[1];
  if (major !== undefined && Number(major) < 2)
    throw new MetadataProblem(
      `The engine at ${origin} is ${version}, which is too old.`,
      'Upgrade it to v2.37 or later.',
    );
  if (major !== undefined && Number(major) > 2)
    throw new MetadataProblem(
      `The engine at ${origin} is ${version}; Herald knows v2.`,
      'Use an engine of the v2 line.',
    );
  return version;
};

/** What v3 (DDN), a proxy and every other server answer. */
const notAnEngine = (origin: string): MetadataProblem =>
  new MetadataProblem(
    `${origin} does not answer as a Hasura engine v2.`,
    'Look whether --endpoint, or HASURA_ENDPOINT, is its address. Hasura v3 (DDN) has no actions and no such API.',
  );

const refuseAnswer = (origin: string, status: number, body: JsonObject): void => {
  if (status === 200) return;
  const error = textOf(body.error) ?? '';
  if (status === 401 || body.code === 'access-denied')
    throw new MetadataProblem(
      `The engine at ${origin} does not accept the admin secret.`,
      'Put the right one into HASURA_ADMIN_SECRET, or into a file: --admin-secret-file FILE',
    );
  if (error === '') throw notAnEngine(origin);
  throw new MetadataProblem(
    [`The engine refused the metadata: ${error}. Nothing was replaced.`, ...reasonsOf(body.internal)].join(
      '\n',
    ),
    'Environment variables that are missing: set HERALD_URL and HERALD_WEBHOOK_SECRET for the engine and start it again.',
    'Tables that are missing: start Herald once, so that it makes its schema, and grant herald_read to the engine.',
  );
};

/** Of each object that would be inconsistent its name and the reason, not its definition. */
const reasonsOf = (internal: unknown): string[] =>
  objectsOf(internal).map(
    ({ name, reason }) => `  - ${textOf(name) ?? 'an object'}: ${textOf(reason) ?? 'no reason given'}`,
  );

/** Whether an engine has HASURA_GRAPHQL_CONFIGURED_HEADER_PRECEDENCE (v2.37.0); undefined when its version does not say. */
export const hasHeaderPrecedence = (version: string): boolean | undefined => {
  const minor = /^v2\.(\d+)\./.exec(version)?.[1];
  return minor === undefined ? undefined : Number(minor) >= 37;
};
