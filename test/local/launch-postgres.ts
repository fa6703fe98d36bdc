import { startPostgres } from '../../src/local/postgres/index.ts';

/*
 * A process that starts Postgres as `npm start` does, for the tests that kill it. Prints the server as one JSON line;
 * on SIGINT it says whether the server still answers, as a process that drains needs it, and stops it.
 */
const [stateDir = '', packageDir] = process.argv.slice(2);
const { stop, ...server } = await startPostgres({
  stateDir,
  ...(packageDir === undefined ? {} : { packageDir }),
});
const stayAlive = setInterval(() => {}, 60_000);

async function shutDown(): Promise<void> {
  const again = await startPostgres({ stateDir });
  console.log(JSON.stringify({ evt: 'drained', serverAlive: again.reused }));
  await stop();
  clearInterval(stayAlive);
}

process.on('SIGINT', () => void shutDown());

console.log(JSON.stringify({ evt: 'started', ...server }));
