import { hasuraJwtSecret, publicKeys } from '../../credentials/index.ts';
import { type Call, type Command, Refusal, type Report } from '../command.ts';
import { chooseKeyring } from '../keyring-source.ts';
import { publicOrigin } from '../public-url.ts';
import { readConfig } from '../settings.ts';

export const keysPublic: Command = {
  name: 'keys public',
  argument: 'FILE',
  argumentIsOptional: true,
  summary:
    'Prints the public halves of a keyring as a JSON Web Key Set, of FILE, or of standard input, or of HERALD_KEYRING. With --hasura it prints a static HASURA_GRAPHQL_JWT_SECRET, with which the engine starts without Herald. Nothing of it is secret.',
  options: {
    hasura: { about: 'The JWT secret of the engine: issuer HERALD_PUBLIC_URL, audiences of HERALD_CLIENTS.' },
  },
  run: async (call) => {
    const { json } = await chooseKeyring(call);
    return call.has('hasura') ? staticSecret(call, json) : keySet(json);
  },
};

const keySet = (json: string): Report => {
  const keys = publicKeys(json);
  if (keys.keys.length === 0) {
    throw new Refusal(
      'This keyring has no key with a public half.',
      'herald keys generate --use sign makes one for tokens, --use envelope --alg ECDH-ES one for an outside issuer.',
    );
  }
  return { json: { ...keys }, lines: [], document: `${JSON.stringify(keys, undefined, 2)}\n` };
};

const staticSecret = async (call: Call, json: string): Promise<Report> => {
  const config = await readConfig(call.environment);
  const audiences = [...new Set(config.signIn.clients.map(({ audience }) => audience))];
  if (audiences.length === 0)
    throw new Refusal(
      'HERALD_CLIENTS names no application, so tokens have no audience.',
      'Set HERALD_CLIENTS.',
    );
  const issuer = publicOrigin(config);
  const secret = hasuraJwtSecret(json, { issuer, audiences });
  return {
    json: JSON.parse(secret) as Record<string, unknown>,
    lines: [`Tokens of ${issuer} for ${audiences.join(', ')}.`],
    next: [
      "Set it as the engine's HASURA_GRAPHQL_JWT_SECRET. It holds one key: print it anew whenever the sign key changes.",
      `An engine that starts after Herald follows by itself with {"jwk_url": "${issuer}/.well-known/jwks.json", ...} in its place.`,
    ],
    document: `${secret}\n`,
  };
};
