import { decodeJwt } from 'jose';
import { beforeAll, describe, expect, it } from 'vitest';
import { generateKeyring } from '../../src/credentials/index.ts';
import { tokensFrom, travelForCode } from '../../src/local/oauth.ts';
import type { Engine } from '../support/engine/index.ts';
import { ask } from '../support/engine-client.ts';
import { waitForUrl } from '../support/processes.ts';
import { POST } from './support/documents.ts';
import { openHouse } from './support/house.ts';

const house = await openHouse({ HERALD_KEYRING: await generateKeyring(new Date()) });
const { url } = house.herald;
/** The development client of Herald's issuer; nothing has to listen where it is sent back to. */
const CLIENT = { clientId: 'herald-dev', redirectUri: 'http://127.0.0.1:53682/callback' };
let engine: Engine;
let token: string;

beforeAll(async () => {
  await waitForUrl(`${url}/readyz`);
  engine = await house.engine({
    environment: {
      HASURA_GRAPHQL_JWT_SECRET: JSON.stringify({
        jwk_url: `${url}/.well-known/jwks.json`,
        issuer: url,
        audience: [CLIENT.clientId],
      }),
    },
  });
  await house.scene.x.account('carol');
  token = (await tokensFrom(url, await travelForCode(url, CLIENT, 'carol'))).access_token;
});

describe('a frontend whose users Herald signs in', () => {
  it('case 64: gets a token whose claims are strings, so that the engine takes it', () => {
    const claims = decodeJwt(token)['https://hasura.io/jwt/claims'] as Record<string, unknown>;
    const { 'x-hasura-allowed-roles': roles, ...others } = claims;
    expect(roles).toEqual(['user']);
    for (const [name, value] of Object.entries(others)) expect(value, name).toBeTypeOf('string');
  });

  it('posts one document through the engine and, unchanged, through the direct door', async () => {
    const authorization = `Bearer ${token}`;
    const variables = { input: { text: 'signed in with Herald', idempotencyKey: 'gesture' } };
    const through = await ask(engine, POST, { authorization }, { variables });
    expect(through.data.postTweet).toMatchObject({ state: 'SENT', deduplicated: false });
    const response = await fetch(`${url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization },
      body: JSON.stringify({ query: POST, variables }),
    });
    expect(await response.json()).toEqual({
      data: { postTweet: { ...through.data.postTweet, deduplicated: true } },
    });
    expect(await house.scene.x.tweets('carol')).toHaveLength(1);
  });

  it('is somebody else for neither door by saying so', async () => {
    const headers = { authorization: `Bearer ${token}`, 'x-hasura-user-id': 'twitter|1' };
    const { data } = await ask(engine, 'query { xMe { userId } }', headers);
    expect(data.xMe.userId).toBe(decodeJwt(token).sub);
    const { errors } = await ask(engine, 'query { xMe { userId } }', {
      ...headers,
      'x-hasura-role': 'admin',
    });
    expect(errors?.[0]?.extensions?.code).toBe('access-denied');
  });
});
