import { randomBytes } from 'node:crypto';
import { SignJWT } from 'jose';
import type { Choice } from '../../../src/hasura/index.ts';
import type { Person } from '../../faults/support/people.ts';
import { createScene, type Herald, type Scene } from '../../faults/support/scene.ts';
import { afterFile } from '../../support/cleanup.ts';
import { type Engine, type EngineOptions, startEngine } from '../../support/engine/index.ts';
import { type Edits, heraldMetadata } from './metadata.ts';

export const ADMIN_SECRET = 'admin-secret-of-the-contract-tests';
const JWT_KEY = randomBytes(32).toString('base64url');
/** HASURA_GRAPHQL_JWT_SECRET of an engine that takes the tokens of {@link bearerOf}. */
export const JWT_SECRET = JSON.stringify({ type: 'HS256', key: JWT_KEY });
const NAMESPACE = 'https://hasura.io/jwt/claims';

interface EngineChoice extends Partial<Choice> {
  readonly edits?: Edits;
  readonly environment?: Readonly<Record<string, string>>;
  readonly wait?: EngineOptions['wait'];
}

/** X, Herald as a process of its own, and as many stand-ins for the engine before it as a test needs. */
export interface House {
  readonly scene: Scene;
  readonly herald: Herald;
  readonly secret: string;
  engine(choice?: EngineChoice): Promise<Engine>;
}

/** Opened once for a file, and closed after it. */
export const openHouse = async (environment: Readonly<Record<string, string>> = {}): Promise<House> => {
  const scene = await createScene({ environment });
  afterFile(() => scene.close());
  const herald = await scene.start({ script: 'src/main.ts' });
  return {
    scene,
    herald,
    secret: herald.secret,
    engine: async ({ edits, environment: changes, wait, ...choice } = {}) => {
      const engine = await startEngine({
        metadata: await heraldMetadata(choice, edits),
        environment: {
          HERALD_URL: herald.url,
          HERALD_WEBHOOK_SECRET: herald.secret,
          PG_DATABASE_URL: scene.databaseUrl,
          HASURA_GRAPHQL_ADMIN_SECRET: ADMIN_SECRET,
          HASURA_GRAPHQL_JWT_SECRET: JWT_SECRET,
          ...changes,
        },
        ...(wait === undefined ? {} : { wait }),
      });
      afterFile(() => engine.close());
      return engine;
    },
  };
};

export type Claims = Readonly<Record<string, unknown>>;

/** A token as an application's own auth makes it. */
export const bearerOf = async (claims: Claims): Promise<{ readonly authorization: string }> => {
  const { 'x-hasura-role': role = 'user', ...others } = claims;
  const namespace = { 'x-hasura-default-role': role, 'x-hasura-allowed-roles': [role], ...others };
  const token = await new SignJWT({ [NAMESPACE]: namespace })
    .setProtectedHeader({ alg: 'HS256' })
    .setExpirationTime('1h')
    .sign(new TextEncoder().encode(JWT_KEY));
  return { authorization: `Bearer ${token}` };
};

/** The headers of a person's frontend: a token with the sealed credentials in it. */
export const asPerson = ({ variables }: Person): Promise<{ readonly authorization: string }> =>
  bearerOf(variables);

export const AS_ADMIN = { 'x-hasura-admin-secret': ADMIN_SECRET };

let count = 0;

/** A user of the sandbox whom no other test knows, signed in. */
export const newPerson = ({ scene }: House): Promise<Person> => {
  count += 1;
  return scene.signIn(`guest_${process.pid % 10_000}_${count}`);
};
