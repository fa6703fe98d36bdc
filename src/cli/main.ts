import { once } from 'node:events';
import { run } from './run.ts';

const write = async (stream: NodeJS.WriteStream, text: string): Promise<void> => {
  if (text !== '' && !stream.write(text)) await once(stream, 'drain');
};

// Whoever reads a pipe may close it early: `herald posts list | head -1`.
for (const stream of [process.stdout, process.stderr]) stream.on('error', () => process.exit(1));

const { code, output, error } = await run(process.argv.slice(2), {
  shell: process.env,
  folder: process.cwd(),
  input: process.stdin,
  outputIsTerminal: process.stdout.isTTY === true,
  tell: (line) => void process.stderr.write(`${line}\n`),
});
await write(process.stdout, output);
await write(process.stderr, error);
// Connections that were given up, or are kept alive, would hold the process for seconds.
process.exit(code);
