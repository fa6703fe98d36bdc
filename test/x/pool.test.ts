import { once } from 'node:events';
import { request } from 'node:http';
import { inspect } from 'node:util';
import { expect, test } from 'vitest';
import { ConnectionPool } from '../../src/x/pool.ts';
import { created, schemes, startRawServer } from './raw-server.ts';

test.each(schemes)(
  'an idle connection over %s remembers nothing of the request it carried',
  async (scheme) => {
    const server = await startRawServer(scheme, (socket) => socket.write(created()));
    const pool = new ConnectionPool({ secure: scheme === 'https', idleReuseMs: 60_000, ca: server.ca });
    const sent = request(server.url, { agent: pool, headers: { authorization: 'canary' } });
    const response = await new Promise<NodeJS.ReadableStream>((resolve) =>
      sent.on('response', resolve).end(),
    );
    response.resume();
    await once(pool, 'free');
    const idle = Object.values(pool.freeSockets).flat();
    expect(idle).toHaveLength(1);
    expect(inspect(idle, { showHidden: true, depth: Infinity })).not.toContain('canary');
    pool.close();
    await server.close();
  },
);
