import { type AddressInfo, createServer, type Socket } from 'node:net';
import pg from 'pg';

/** A transaction pooler in front of a database: as many clients as come, two connections to the server. */
export interface TransactionPooler {
  readonly url: string;
  close(): Promise<void>;
}

const SERVER_CONNECTIONS = 2;

/**
 * Speaks as much of the wire protocol as simple queries need. A client has a connection to the server for one transaction, or
 * for one statement outside of any, and the one that was given back last is lent first, as PgBouncer does it.
 */
export const startTransactionPooler = async (databaseUrl: string): Promise<TransactionPooler> => {
  const idle = Array.from(
    { length: SERVER_CONNECTIONS },
    () => new pg.Client({ connectionString: databaseUrl }),
  );
  const all = [...idle];
  await Promise.all(all.map((client) => client.connect()));
  const server = createServer((socket) => serve(socket, idle));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = new URL(databaseUrl);
  url.host = `127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    url: url.href,
    close: async () => {
      server.close();
      await Promise.all(all.map((client) => client.end()));
    },
  };
};

const serve = (socket: Socket, idle: pg.Client[]): void => {
  let received = Buffer.alloc(0);
  let isStarted = false;
  let held: pg.Client | undefined;
  let queue = Promise.resolve();
  const answer = async (sql: string): Promise<void> => {
    const client = held ?? idle.pop();
    if (client === undefined) throw new Error('The pool is empty.');
    const result = await client.query({
      text: sql,
      rowMode: 'array',
      types: { getTypeParser: () => String },
    });
    held = result.command === 'BEGIN' ? client : result.command === 'ROLLBACK' ? undefined : held;
    if (held === undefined) idle.push(client);
    socket.write(encode(result, held === undefined ? 'I' : 'T'));
  };
  /** The next whole message; the first one of a connection has no type. */
  const take = (): { type: string; body: Buffer } | undefined => {
    const header = isStarted ? 1 : 0;
    if (received.length < header + 4) return undefined;
    const end = header + received.readInt32BE(header);
    if (received.length < end) return undefined;
    const taken = { type: received.toString('latin1', 0, header), body: received.subarray(header + 4, end) };
    received = received.subarray(end);
    return taken;
  };
  socket.on('error', () => {});
  socket.on('data', (bytes) => {
    received = Buffer.concat([received, bytes]);
    for (let next = take(); next !== undefined; next = take()) {
      const { type, body } = next;
      if (type === '') socket.write(Buffer.concat([message('R', int32(0)), message('Z', Buffer.from('I'))]));
      else if (type === 'Q') queue = queue.then(() => answer(body.toString('utf8', 0, body.length - 1)));
      else socket.end();
      isStarted = true;
    }
  });
};

const message = (type: string, ...parts: Buffer[]): Buffer => {
  const body = Buffer.concat(parts);
  return Buffer.concat([Buffer.from(type), int32(body.length + 4), body]);
};

const int32 = (value: number): Buffer => {
  const bytes = Buffer.alloc(4);
  bytes.writeInt32BE(value);
  return bytes;
};

const int16 = (value: number): Buffer => int32(value).subarray(2);

const encode = (
  { fields, rows, command }: pg.QueryArrayResult<(string | null)[]>,
  status: string,
): Buffer => {
  const columns = fields.flatMap(({ name, dataTypeID }) => [
    Buffer.from(`${name}\0`),
    ...[int32(0), int16(0), int32(dataTypeID), int16(-1 & 0xffff), int32(-1), int16(0)],
  ]);
  const values = (row: (string | null)[]) =>
    row.flatMap((value) =>
      value === null ? [int32(-1)] : [int32(Buffer.byteLength(value)), Buffer.from(value)],
    );
  return Buffer.concat([
    ...(fields.length > 0 ? [message('T', int16(fields.length), ...columns)] : []),
    ...rows.map((row) => message('D', int16(row.length), ...values(row))),
    message('C', Buffer.from(`${command}\0`)),
    message('Z', Buffer.from(status)),
  ]);
};
