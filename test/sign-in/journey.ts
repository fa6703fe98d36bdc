import type { XAccount, XConnect } from '../../src/kernel/index.ts';
import { openBrowser } from '../../src/local/browser.ts';
import type { World } from '../support/world.ts';

/** Where the development client is sent back to. */
export const RETURN_TO = 'http://127.0.0.1:53682/callback';

/** A session as an app with its own auth has it: no X credential in it. */
export const sessionFor = (userId: string): Record<string, string> => ({
  'x-hasura-role': 'user',
  'x-hasura-user-id': userId,
});

/** The answer of an action that has to work. */
export const ask = async <T>(world: World, operation: string, input: object, userId: string): Promise<T> => {
  const { status, body } = await world.act(operation, { input }, sessionFor(userId));
  if (status !== 200) throw new Error(`${operation}: HTTP ${status} ${JSON.stringify(body)}`);
  return body as unknown as T;
};

/** Sends a browser to X and back, consenting as `username`; gives the code that it brings. */
export const travel = async (
  world: World,
  userId: string,
  username: string,
  expectedUsername?: string,
): Promise<URL> => {
  const { url } = await ask<XConnect>(
    world,
    'startXConnect',
    { returnTo: RETURN_TO, ...(expectedUsername === undefined ? {} : { expectedUsername }) },
    userId,
  );
  return openBrowser().travel(url, username, RETURN_TO);
};

/** Connects an X account as a user does, all the way. */
export const connect = async (world: World, userId: string, username: string): Promise<XAccount> => {
  const back = await travel(world, userId, username);
  return ask<XAccount>(world, 'connectXAccount', { code: back.searchParams.get('code') }, userId);
};
