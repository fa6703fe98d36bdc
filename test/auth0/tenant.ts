import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';

export const domain = 'example-tenant.eu.auth0.com';

/** What the tenant answers; `hang`: nothing, ever. */
export interface Answer {
  readonly status?: number;
  readonly body?: unknown;
  readonly location?: string;
  readonly hang?: true;
}
export interface Call {
  readonly path: string;
  readonly authorization: string | undefined;
  readonly body: string;
}

/** An Auth0 tenant's two endpoints on loopback, reached with the real `fetch` under the tenant's own https address. */
export interface Tenant {
  readonly calls: Call[];
  /** What each endpoint answers; a list is answered one by one, and its last for ever. */
  token: Answer[];
  user: Answer[];
  readonly fetch: typeof fetch;
  close(): Promise<void>;
}

export const managementToken = 'management-token-canary-7f3a';
export const soundToken: Answer = {
  body: {
    access_token: managementToken,
    expires_in: 86_400,
    token_type: 'Bearer',
    scope: 'read:users read:user_idp_tokens',
  },
};

export const startTenant = async (): Promise<Tenant> => {
  const calls: Call[] = [];
  const server = createServer((request, response) => void answer(request, response));
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;

  const tenant: Tenant = {
    calls,
    token: [soundToken],
    user: [],
    fetch: (input, init) => {
      const url = String(input);
      if (!url.startsWith(`https://${domain}/`)) throw new Error(`a request to ${url}`);
      return fetch(url.replace(`https://${domain}`, origin), init);
    },
    close: () =>
      new Promise((closed) => {
        server.close(() => closed());
        server.closeAllConnections();
      }),
  };

  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const path = request.url ?? '';
    calls.push({ path, authorization: request.headers.authorization, body: await text(request) });
    const scripted = path === '/oauth/token' ? tenant.token : tenant.user;
    const next = scripted.length > 1 ? scripted.shift() : scripted[0];
    if (next?.hang) return;
    response.writeHead(next?.status ?? 200, {
      'content-type': 'application/json',
      ...(next?.location === undefined ? {} : { location: next.location }),
    });
    response.end(typeof next?.body === 'string' ? next.body : JSON.stringify(next?.body ?? {}));
  };
  return tenant;
};
