import { readFileSync } from 'node:fs';
import type { Environment } from '../config/index.ts';
import type { SealedPair } from '../kernel/index.ts';

/** Session variables exactly as Hasura forwards them: lower-case names, string values. */
export const sessionVariables = (userId: string, sealed?: SealedPair): Record<string, string> => ({
  'x-hasura-role': 'user',
  'x-hasura-user-id': userId,
  ...(sealed === undefined
    ? {}
    : {
        'x-hasura-access-token': sealed.accessToken,
        'x-hasura-access-token-secret': sealed.accessTokenSecret,
      }),
});

/** The body that Hasura sends for an action. */
export const actionBody = (name: string, input: object, session: Record<string, string>) => ({
  action: { name },
  input: { input },
  session_variables: session,
  request_query: `mutation { ${name} }`,
});

/** Asks as Hasura does for an action. Throws the error that the action answers. */
export const callAction = async <Answer>(
  url: string,
  environment: Environment,
  name: string,
  input: object,
  session: Record<string, string>,
): Promise<Answer> => {
  const response = await fetch(`${url}/hasura/actions`, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      'user-agent': 'hasura-graphql-engine/v2.49.5',
      'x-hasura-webhook-secret': webhookSecret(environment),
    },
    body: JSON.stringify(actionBody(name, input, session)),
  });
  const answer: unknown = await response.json();
  if (!response.ok) throw new Error(`${name}: HTTP ${response.status} ${JSON.stringify(answer)}`);
  return answer as Answer;
};

/** Asks as a frontend does at the direct door. Throws what `errors` says. */
export const callGraphql = async <Data>(
  url: string,
  bearer: string,
  query: string,
  variables: object,
): Promise<Data> => {
  const response = await fetch(`${url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${bearer}` },
    body: JSON.stringify({ query, variables }),
  });
  const { data, errors } = (await response.json()) as { data?: Data; errors?: unknown };
  if (errors !== undefined || data === undefined) throw new Error(`/graphql: ${JSON.stringify(errors)}`);
  return data;
};

const webhookSecret = ({ HERALD_WEBHOOK_SECRET: secret, HERALD_WEBHOOK_SECRET_FILE: path }: Environment) =>
  secret || readFileSync(path ?? '', 'utf8').trim();

/** A `curl` on one line for a POSIX shell. The secret itself stands nowhere in the command. */
export const curlForAction = (url: string, environment: Environment, body: object): string =>
  `curl -sS ${url}/hasura/actions -H 'content-type: application/json' ` +
  `-H "x-hasura-webhook-secret: ${webhookSecretInShell(environment)}" -d ${quote(JSON.stringify(body))}`;

const webhookSecretInShell = ({ HERALD_WEBHOOK_SECRET_FILE: path }: Environment): string =>
  path === undefined ? '$HERALD_WEBHOOK_SECRET' : `$(cat ${quote(path)})`;

const quote = (text: string): string => `'${text.replaceAll("'", `'\\''`)}'`;
