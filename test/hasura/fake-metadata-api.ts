import { once } from 'node:events';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { json } from 'node:stream/consumers';
import { afterAll } from 'vitest';
import type { JsonObject } from '../../src/hasura/index.ts';

// This is not Hasura. It is a fake of the few requests of its metadata API that `herald hasura apply` makes: it stores
// what it is given and checks the secret and the version, nothing else.

export interface FakeMetadataApi {
  readonly url: string;
  readonly secret: string;
  version: string;
  metadata: JsonObject;
  resourceVersion: number;
  /** What `replace_metadata` is answered instead of success. */
  refusal: { readonly status: number; readonly body: JsonObject } | undefined;
  /** Called between an export and the next request. */
  afterExport: () => void;
  /** Types of the requests, in order. */
  readonly requests: string[];
}

const close: (() => void)[] = [];
afterAll(() => {
  for (const one of close) one();
});

/** Listens on a free port until the file ends. */
export const startFakeMetadataApi = async (metadata: JsonObject): Promise<FakeMetadataApi> => {
  const server = createServer((request, response) => {
    const send = ({ status, body }: Answer): unknown =>
      response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
    answer(fake, request).then(send, () => response.destroy());
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  close.push(
    () => server.closeAllConnections(),
    () => server.close(),
  );
  const fake: FakeMetadataApi = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    secret: 'admin-canary',
    version: 'v2.48.5',
    metadata,
    resourceVersion: 7,
    refusal: undefined,
    afterExport: () => {},
    requests: [],
  };
  return fake;
};

interface Answer {
  readonly status: number;
  readonly body: JsonObject;
}

const answer = async (fake: FakeMetadataApi, request: IncomingMessage): Promise<Answer> => {
  if (request.url === '/v1/version') return { status: 200, body: { version: fake.version } };
  if (request.url !== '/v1/metadata')
    return { status: 404, body: { error: 'resource does not exist', code: 'not-found' } };
  if (request.headers['x-hasura-admin-secret'] !== fake.secret) {
    const body = {
      path: '$',
      error: 'invalid "x-hasura-admin-secret"/"x-hasura-access-key"',
      code: 'access-denied',
    };
    return { status: 401, body };
  }
  const query = (await json(request)) as {
    type: string;
    resource_version?: number;
    args: { metadata?: JsonObject };
  };
  fake.requests.push(query.type);
  return query.type === 'export_metadata' ? exported(fake) : replaced(fake, query);
};

const exported = (fake: FakeMetadataApi): Answer => {
  const body = { resource_version: fake.resourceVersion, metadata: fake.metadata };
  const answered = structuredClone(body) as JsonObject;
  fake.afterExport();
  return { status: 200, body: answered };
};

const replaced = (
  fake: FakeMetadataApi,
  query: { resource_version?: number; args: { metadata?: JsonObject } },
): Answer => {
  if (query.resource_version !== fake.resourceVersion) {
    const error = 'metadata resource version referenced (7) did not match current version';
    return { status: 409, body: { path: '$', error, code: 'conflict' } };
  }
  if (fake.refusal !== undefined) return fake.refusal;
  fake.metadata = query.args.metadata ?? {};
  fake.resourceVersion += 1;
  return { status: 200, body: { message: 'success' } };
};
