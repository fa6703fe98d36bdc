import type { Environment } from '../config/index.ts';
import type { SealedPair } from '../kernel/index.ts';

/** Session variables exactly as Hasura forwards them: lower-case names, string values. */
export const sessionVariables = (userId: string, sealed: SealedPair): Record<string, string> => ({
  'x-hasura-role': 'user',
  'x-hasura-user-id': userId,
  'x-hasura-access-token': sealed.accessToken,
  'x-hasura-access-token-secret': sealed.accessTokenSecret,
});

/** The body that Hasura sends for the action `postTweet`. */
export const actionBody = (text: string, session: Record<string, string>) => ({
  action: { name: 'postTweet' },
  input: { input: { text } },
  session_variables: session,
  request_query: `mutation ($input: PostTweetInput!) { postTweet(input: $input) { id state tweetId url error { code } } }`,
});

/** A `curl` on one line for a POSIX shell. The secret itself stands nowhere in the command. */
export const curlForAction = (url: string, environment: Environment, body: object): string =>
  `curl -sS ${url}/hasura/actions -H 'content-type: application/json' ` +
  `-H "x-hasura-webhook-secret: ${webhookSecretInShell(environment)}" -d ${quote(JSON.stringify(body))}`;

const webhookSecretInShell = ({ HERALD_WEBHOOK_SECRET_FILE: path }: Environment): string =>
  path === undefined ? '$HERALD_WEBHOOK_SECRET' : `$(cat ${quote(path)})`;

const quote = (text: string): string => `'${text.replaceAll("'", `'\\''`)}'`;
