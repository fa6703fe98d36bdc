import { createServer } from 'node:http';
import { sayListening } from './listening.ts';

/*
 * Stands in for X where X is to be slow: answers every POST /2/tweets with a new tweet after `DELAY_MS`. Verifies
 * nothing, so that it is never what is short of processor time. `GET /count` says how many tweets it made, and
 * `mostAtOnce` how many requests it held at the same time.
 */

const delayMs = Number(process.env.DELAY_MS);
let made = 0;
let held = 0;
let mostAtOnce = 0;

const server = createServer({ keepAliveTimeout: 60_000 }, (message, response) => {
  const send = (status: number, value: object): void => {
    const body = JSON.stringify(value);
    const headers = { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) };
    response.writeHead(status, headers).end(body);
  };
  if (message.method === 'GET') return send(200, { made, mostAtOnce });
  message.resume().once('end', () => {
    held += 1;
    mostAtOnce = Math.max(mostAtOnce, held);
    setTimeout(() => {
      held -= 1;
      made += 1;
      const id = String(2_000_000_000_000_000_000n + BigInt(made));
      send(201, { data: { id, text: '', edit_history_tweet_ids: [id] } });
    }, delayMs);
  });
});
sayListening(server.listen(0, '127.0.0.1', 4096));
