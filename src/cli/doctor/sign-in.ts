import { publicOrigin } from '../public-url.ts';
import { type Check, ok, warn } from './check.ts';
import type { Examined } from './configuration.ts';

/** Whom users' applications and the engine find for signing in. */
export const checkSignIn = ({ config, jwtSecret }: Examined): Check[] => {
  const { clients } = config.signIn;
  const issuer = publicOrigin(config);
  const audiences = [...new Set(clients.map(({ audience }) => audience))];
  const applications =
    clients.length === 0
      ? warn(
          'applications',
          'HERALD_CLIENTS names none: nobody can sign in or connect an account.',
          'Set HERALD_CLIENTS.',
        )
      : ok('applications', `${clients.map(({ id }) => id).join(', ')} may sign users in.`);
  return [
    applications,
    ok('key set', `${issuer}/.well-known/jwks.json`),
    ok(
      'JWT secret',
      jwtSecret === undefined
        ? `Herald takes its own tokens. For the engine: ${engineSecret(issuer, audiences)}, or with the key in it: herald keys public --hasura`
        : 'Herald takes the tokens that HASURA_GRAPHQL_JWT_SECRET describes; the engine has to have the same one.',
    ),
  ];
};

/** `HASURA_GRAPHQL_JWT_SECRET` of an engine that asks Herald for its keys. */
const engineSecret = (issuer: string, audience: readonly string[]): string =>
  JSON.stringify({ jwk_url: `${issuer}/.well-known/jwks.json`, issuer, audience, allowed_skew: 30 });
