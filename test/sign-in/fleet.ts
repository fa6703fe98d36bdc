import { createServer, request, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type RunningProcess, startScript, waitForUrl } from '../support/processes.ts';

interface Backend {
  readonly herald: RunningProcess;
  readonly port: number;
  inFlight: number;
}

/** Two Heralds behind one address, replaced as an orchestrator does. */
export interface Fleet {
  readonly url: string;
  /** Replaces every Herald by one that reads the configuration anew; old and new serve side by side meanwhile. */
  roll(environment: Record<string, string>): Promise<void>;
  output(): string;
  close(): Promise<void>;
}

/** Starts the address first: the Heralds are told it as their public URL. */
export const startFleet = async (
  environmentFor: (publicUrl: string) => Record<string, string>,
): Promise<Fleet> => {
  const backends: Backend[] = [];
  const outputs: RunningProcess[] = [];
  let turn = 0;
  const server: Server = createServer((incoming, outgoing) => {
    turn += 1;
    const backend = backends[turn % backends.length];
    if (backend === undefined) return void outgoing.writeHead(503).end();
    backend.inFlight += 1;
    outgoing.on('close', () => {
      backend.inFlight -= 1;
    });
    const { method, url, headers } = incoming;
    const forward = request(
      { host: '127.0.0.1', port: backend.port, method, path: url, headers, agent: false },
      (answer) => {
        outgoing.writeHead(answer.statusCode ?? 502, answer.headers);
        answer.pipe(outgoing);
      },
    );
    forward.on('error', () => outgoing.headersSent || outgoing.writeHead(502).end());
    incoming.pipe(forward);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;

  const start = async (environment: Record<string, string>): Promise<Backend> => {
    const herald = startScript('src/main.ts', [], {
      env: { PATH: process.env.PATH, PORT: '0', OPS_PORT: '0', HERALD_LOG_LEVEL: 'debug', ...environment },
    });
    outputs.push(herald);
    const started = await herald.waitForEvent<{ evt: string; url: string }>(({ evt }) => evt === 'started');
    await waitForUrl(`${started.url}/readyz`);
    return { herald, port: Number(new URL(started.url).port), inFlight: 0 };
  };

  const retire = async (backend: Backend): Promise<void> => {
    backends.splice(backends.indexOf(backend), 1);
    while (backend.inFlight > 0) await new Promise((resolve) => setTimeout(resolve, 5));
    backend.herald.signal('SIGINT');
    await backend.herald.waitForExit();
  };

  const roll = async (environment: Record<string, string>): Promise<void> => {
    const old = [...backends];
    backends.push(...(await Promise.all(old.map(() => start(environment)))));
    for (const backend of old) await retire(backend);
  };

  backends.push(...(await Promise.all([start(environmentFor(url)), start(environmentFor(url))])));
  return {
    url,
    roll,
    output: () => outputs.map(({ output }) => output).join('\n'),
    close: async () => {
      for (const backend of [...backends]) await retire(backend);
      server.close();
      server.closeAllConnections();
    },
  };
};
