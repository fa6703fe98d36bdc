import { randomUUID } from 'node:crypto';
import { openBrowser } from '../../../src/local/browser.ts';
import { controlX, type XControl } from '../../faults/support/x-control.ts';
import { ask, type EngineAddress } from '../../support/engine-client.ts';
import { ADMIN_SECRET, openHouse } from './house.ts';

/** Somebody with an account at X that Herald may post as. */
export interface Poster {
  readonly username: string;
  /** The headers of the application's backend when it acts for this user. */
  readonly headers: Readonly<Record<string, string>>;
}

/** An engine with Herald behind it: the stand-in, or a real one when HASURA_ENDPOINT is set. */
export interface Stage {
  readonly engine: EngineAddress;
  readonly x: XControl;
  readonly adminSecret: string;
  /** A new user who has connected an account of the sandbox, the whole way through the engine and a browser. */
  poster(): Promise<Poster>;
}

/** Nothing has to listen there; a loopback redirect of the development client. */
const RETURN_TO = 'http://127.0.0.1:53682/callback';

/**
 * A real engine is named by HASURA_ENDPOINT and HASURA_ADMIN_SECRET, the sandbox behind it by SANDBOX_URL
 * (default http://127.0.0.1:4001).
 */
export const openStage = async (): Promise<Stage> => {
  const { HASURA_ENDPOINT: endpoint, HASURA_ADMIN_SECRET: secret = '', SANDBOX_URL: sandbox } = process.env;
  if (endpoint !== undefined)
    return stageOf({ url: endpoint }, secret, controlX(sandbox ?? 'http://127.0.0.1:4001'));
  const house = await openHouse();
  return stageOf(await house.engine(), ADMIN_SECRET, house.scene.x);
};

const stageOf = (engine: EngineAddress, adminSecret: string, x: XControl): Stage => ({
  engine,
  x,
  adminSecret,
  poster: () => newPoster(engine, adminSecret, x),
});

/** A new user with a connected account, made the whole way through the engine and a browser. */
export const newPoster = async (engine: EngineAddress, adminSecret: string, x: XControl): Promise<Poster> => {
  const { username } = await x.account(`t${randomUUID().replaceAll('-', '').slice(0, 12)}`);
  const headers = {
    'x-hasura-admin-secret': adminSecret,
    'x-hasura-role': 'user',
    'x-hasura-user-id': `user-of-${username}`,
  };
  const begun = await ask(
    engine,
    'mutation ($to: String!) { startXConnect(input: {returnTo: $to}) { url } }',
    headers,
    { variables: { to: RETURN_TO } },
  );
  const back = await openBrowser().travel(begun.data.startXConnect.url, username, RETURN_TO);
  const { errors } = await ask(
    engine,
    'mutation ($code: String) { connectXAccount(input: {code: $code}) { id } }',
    headers,
    { variables: { code: back.searchParams.get('code') } },
  );
  if (errors !== undefined) throw new Error(JSON.stringify(errors));
  return { username, headers };
};
