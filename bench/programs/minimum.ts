import { createHash, randomUUID, timingSafeEqual } from 'node:crypto';
import { Agent, createServer, type IncomingMessage, request, type ServerResponse } from 'node:http';
import pg from 'pg';
import { openEnvelope } from './envelope.ts';
import { sayListening } from './listening.ts';
import { authorizationOf } from './oauth1.ts';

/*
 * The least that does Herald's work: check the secret, open two envelopes, insert, sign, forward over a pool, update,
 * answer. No validation beyond that, no log, no second thought.
 */

const {
  WEBHOOK_SECRET = '',
  KEY = '',
  KID = '',
  DATABASE_URL,
  X_API_URL,
  APP_KEY = '',
  APP_SECRET = '',
} = process.env;
const secretDigest = createHash('sha256').update(WEBHOOK_SECRET).digest();
const key = Buffer.from(KEY, 'base64url');
const tweetsUrl = `${X_API_URL}/2/tweets`;
const agent = new Agent({ keepAlive: true });
const database = new pg.Pool({ connectionString: DATABASE_URL, max: 10 });

await database.query(`create table if not exists post (
  id uuid primary key, user_id text not null, text text not null, state text not null,
  tweet_id text, created_at timestamptz not null default now(), sent_at timestamptz)`);

const insert = {
  name: 'insert',
  text: `insert into post (id, user_id, text, state) values ($1, $2, $3, 'SENDING')`,
};
const update = {
  name: 'update',
  text: `update post set state = 'SENT', tweet_id = $2, sent_at = now() where id = $1`,
};

interface ActionRequest {
  readonly input: { readonly input: { readonly text: string } };
  readonly session_variables: Readonly<Record<string, string>>;
}

const isHasura = (message: IncomingMessage): boolean => {
  const given = String(message.headers['x-hasura-webhook-secret'] ?? '');
  return timingSafeEqual(createHash('sha256').update(given).digest(), secretDigest);
};

const openPair = (session: ActionRequest['session_variables'], subject: string) => {
  const open = (name: string, purpose: string) =>
    openEnvelope(session[name] ?? '', key, { kid: KID, subject, purpose });
  const token = open('x-hasura-access-token', 'x.access_token');
  const secret = open('x-hasura-access-token-secret', 'x.access_token_secret');
  if (token.pair !== secret.pair) throw new Error('pair');
  return {
    appKey: APP_KEY,
    appSecret: APP_SECRET,
    accessToken: token.value,
    accessTokenSecret: secret.value,
  };
};

const read = async (message: IncomingMessage): Promise<string> => {
  const chunks: Buffer[] = [];
  for await (const chunk of message) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString();
};

const forward = (text: string, authorization: string): Promise<string> =>
  new Promise((resolve, reject) => {
    const body = JSON.stringify({ text });
    const headers = {
      authorization,
      'content-type': 'application/json',
      'content-length': Buffer.byteLength(body),
    };
    request(tweetsUrl, { method: 'POST', agent, headers }, (response) => {
      read(response).then((answer) => {
        if (response.statusCode !== 201) return reject(new Error(answer));
        resolve((JSON.parse(answer) as { data: { id: string } }).data.id);
      }, reject);
    })
      .on('error', reject)
      .end(body);
  });

const post = async (message: IncomingMessage): Promise<object> => {
  const { input, session_variables: session } = JSON.parse(await read(message)) as ActionRequest;
  const userId = session['x-hasura-user-id'] ?? '';
  const signer = openPair(session, userId);
  const id = randomUUID();
  const { text } = input.input;
  await database.query({ ...insert, values: [id, userId, text] });
  const tweetId = await forward(text, authorizationOf(tweetsUrl, signer));
  await database.query({ ...update, values: [id, tweetId] });
  return { id, state: 'SENT', tweetId };
};

const answer = (response: ServerResponse, status: number, value: object): void => {
  const body = JSON.stringify(value);
  const headers = { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) };
  response.writeHead(status, headers).end(body);
};

const server = createServer((message, response) => {
  if (!isHasura(message)) return answer(response, 401, { message: 'no' });
  post(message).then(
    (value) => answer(response, 200, value),
    (error: unknown) => answer(response, 400, { message: String(error) }),
  );
});
sayListening(server.listen(0, '127.0.0.1'));
