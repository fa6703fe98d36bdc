import { afterEach, describe, expect, it } from 'vitest';
import type { ClaimsHook } from '../../src/issuer/index.ts';
import {
  beginSignIn,
  clients,
  hasuraOf,
  type IssuerWorld,
  redeem,
  returnOf,
  signedInAs,
  signIn,
  startIssuer,
} from './fixtures.ts';

const started: IssuerWorld[] = [];
afterEach(async () => {
  for (const world of started.splice(0)) await world.close();
});

const start = async (...options: Parameters<typeof startIssuer>): Promise<IssuerWorld> => {
  const world = await startIssuer(...options);
  world.outcome = {
    kind: 'signed_in',
    signedIn: signedInAs({ xUserId: '18446744073709551615', username: 'max' }),
  };
  started.push(world);
  return world;
};

describe('the size of an access token', () => {
  it('is at most 3,600 characters with a 20-digit id, 15 roles and a long tenant', async () => {
    const world = await start({
      roles: Array.from({ length: 15 }, (_, index) => `department-${index}`),
      hook: () => ({ hasura: { 'x-hasura-tenant': 'tenant-'.repeat(10) } }),
    });
    const { tokens } = await signIn(world);
    expect(tokens.access_token.length).toBeLessThanOrEqual(3_600);
    const claims = hasuraOf(tokens.access_token);
    expect(claims['x-hasura-allowed-roles']).toHaveLength(15);
    for (const name of ['x-hasura-access-token', 'x-hasura-access-token-secret'] as const)
      expect(claims[name]?.length).toBeLessThan(1_024);
  });

  it('is foretold to the character: the longest that passes has 3,600, and one more is refused', async () => {
    const tokenWith = async (length: number): Promise<string | undefined> => {
      const hook: ClaimsHook = () => ({ claims: { filler: 'x'.repeat(length) } });
      const world = await start({ hook, clients });
      const attempt = await beginSignIn(world);
      const returned = await returnOf(world, attempt);
      return returned.searchParams.has('code') ? (await redeem(attempt, returned)).access_token : undefined;
    };
    const plain = (await tokenWith(0))?.length ?? 0;
    // Four characters carry three bytes.
    const room = Math.floor(((3_600 - plain) * 3) / 4);
    const longest = [];
    for (const length of [room - 2, room - 1, room, room + 1, room + 2])
      longest.push((await tokenWith(length))?.length);
    expect(longest[0]).toBeGreaterThan(3_590);
    expect(longest.filter((length) => length !== undefined && length > 3_600)).toEqual([]);
    expect(longest.at(-1)).toBeUndefined();
  });
});
