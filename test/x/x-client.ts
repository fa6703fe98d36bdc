import { parseXUserId, Secret, type XCredentials } from '../../src/kernel/index.ts';
import { createXClient } from '../../src/x/index.ts';
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

/** A client for a server of a test. */
export function clientOf(
  { url, ca }: Pick<RawServer, 'url' | 'ca'>,
  options: Partial<Parameters<typeof createXClient>[0]> = {},
): { x: ReturnType<typeof createXClient> } {
  const x = createXClient({
    appKey: 'app-key',
    appSecret: new Secret(canaries.appSecret),
    apiUrl: url,
    deadlineMs: 10_000,
    ...(ca !== undefined && { ca }),
    ...options,
  });
  return { x };
}
