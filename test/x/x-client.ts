import {
  type LogEvent,
  type LogFields,
  parseXUserId,
  Secret,
  type XClient,
  type XCredentials,
} from '../../src/kernel/index.ts';
import { createXClient, type XClientOptions } from '../../src/x/index.ts';
import type { RawServer } from './raw-server.ts';

/** Values that must never be seen outside a request's own bytes. */
export const canaries = {
  appSecret: 'CanaryAppSecret0123456789',
  accessToken: '1234567890123456789-CanaryAccessToken0123456789',
  accessTokenSecret: 'CanaryAccessTokenSecret0123456789012345678901',
};

const xUserId = parseXUserId('1234567890123456789');
if (!xUserId) throw new Error('not an id');

export const credentials: XCredentials = {
  xUserId,
  accessToken: new Secret(canaries.accessToken),
  accessTokenSecret: new Secret(canaries.accessTokenSecret),
};

export interface LogLine extends LogFields {
  readonly evt: LogEvent;
}

/** A client for a server of a test, and the lines that it logged. */
export function clientOf(
  { url, ca }: Pick<RawServer, 'url' | 'ca'>,
  options: Partial<XClientOptions> = {},
): { x: XClient & { close(): void }; lines: LogLine[] } {
  const lines: LogLine[] = [];
  const x = createXClient({
    appKey: 'app-key',
    appSecret: new Secret(canaries.appSecret),
    apiUrl: url,
    deadlineMs: 10_000,
    log: (_level, evt, fields) => lines.push({ evt, ...fields }),
    ...(ca !== undefined && { ca }),
    ...options,
  });
  return { x, lines };
}
