import { once } from 'node:events';
import { isIP, type Socket } from 'node:net';
import { connect as connectTls, type TLSSocket } from 'node:tls';
import { isPublicAddress } from './public-address.ts';
import { Refusal } from './refusal.ts';

/** One sentence for all that could tell somebody what there is in this Herald's own network. */
export const unreachable = (): Refusal =>
  new Refusal('The host of this address cannot be reached on the public internet.');

/** A connection to `address`, which must be public when it stands, too, with a certificate for `host`. */
export async function openSecureSocket(
  dial: () => Socket,
  host: string,
  ca: string | undefined,
  signal: AbortSignal,
): Promise<TLSSocket> {
  const socket = dial();
  // An error after the last await below has nobody else to hear it; whoever reads then sees the end.
  socket.on('error', () => {});
  try {
    await once(socket, 'connect', { signal }).catch(() => Promise.reject(unreachable()));
    if (!isPublicAddress(socket.remoteAddress ?? '')) throw unreachable();
    return await startTls(socket, host, ca, signal);
  } catch (error) {
    socket.destroy();
    throw error;
  }
}

async function startTls(
  socket: Socket,
  host: string,
  ca: string | undefined,
  signal: AbortSignal,
): Promise<TLSSocket> {
  const secure = connectTls({
    socket,
    host,
    // No server name for an IP address (RFC 6066, section 3); the certificate must be for it all the same.
    servername: isIP(host) ? '' : host,
    minVersion: 'TLSv1.2',
    ...(ca === undefined ? {} : { ca }),
  });
  secure.on('error', () => {});
  await once(secure, 'secureConnect', { signal }).catch(() => {
    secure.destroy();
    throw new Refusal('The host of this address has no certificate for its name that can be trusted.');
  });
  return secure;
}
