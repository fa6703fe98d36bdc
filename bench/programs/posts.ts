import { type Agent, request } from 'node:http';
import { authorizationOf, type Signer } from './oauth1.ts';

/** A user with everything that is sent for it, made before anything is measured. */
export interface LoadUser {
  /** Session variables as JSON: with sealed credentials, and with readable ones. */
  readonly sealed: string;
  readonly readable: string;
  readonly signer: Signer;
}

export interface Target {
  readonly url: string;
  /** What is sent: an action request with one of the user's sessions, or the signed request that X itself takes. */
  readonly as: 'sealed' | 'readable' | 'signed';
  readonly webhookSecret: string;
}

const REQUEST_QUERY =
  'mutation ($input: PostTweetInput!) { postTweet(input: $input) { id state tweetId url error { code } } }';

interface Message {
  readonly body: string;
  readonly headers: Readonly<Record<string, string>>;
}

/** The request for a post of `user`, as Hasura sends it (or as X takes it). The session is not serialised again. */
const messageFor = ({ url, as, webhookSecret }: Target, user: LoadUser, text: string): Message => {
  const json = { 'content-type': 'application/json' };
  if (as === 'signed') {
    return {
      body: JSON.stringify({ text }),
      headers: { ...json, authorization: authorizationOf(url, user.signer) },
    };
  }
  const rest = { action: { name: 'postTweet' }, input: { input: { text } }, request_query: REQUEST_QUERY };
  return {
    body: `${JSON.stringify(rest).slice(0, -1)},"session_variables":${user[as]}}`,
    headers: { ...json, 'x-hasura-webhook-secret': webhookSecret },
  };
};

/** Posts and gives the id of the tweet that the answer names; rejects with what the answer says otherwise. */
export const post = (target: Target, agent: Agent, user: LoadUser, text: string): Promise<string> =>
  new Promise((resolve, reject) => {
    const { body, headers } = messageFor(target, user, text);
    const options = {
      method: 'POST',
      agent,
      headers: { ...headers, 'content-length': String(Buffer.byteLength(body)) },
    };
    const call = request(target.url, options, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.once('error', reject);
      response.once('end', () => {
        const answer = readAnswer(response.statusCode, Buffer.concat(chunks).toString());
        if (answer instanceof Error) reject(answer);
        else resolve(answer);
      });
    });
    call.once('error', reject);
    call.end(body);
  });

interface Answer {
  readonly tweetId?: string | null;
  readonly data?: { readonly id?: string };
  readonly code?: string;
  readonly state?: string;
  readonly message?: string;
}

const readAnswer = (status: number | undefined, body: string): string | Error => {
  const answer = (body.startsWith('{') ? JSON.parse(body) : {}) as Answer;
  const id = answer.tweetId ?? answer.data?.id;
  if (status !== undefined && status < 300 && typeof id === 'string') return id;
  return new Error(`HTTP ${status} ${answer.code ?? answer.state ?? answer.message ?? body.slice(0, 80)}`);
};
