import { resolve } from 'node:path';
import { type Sandbox, type SandboxOptions, startSandbox } from './index.ts';
import { writePrivately } from './journal.ts';
import { readSettings } from './settings.ts';

try {
  const { stateDir, bench, ...options } = readSettings(process.env);
  await run({ ...options, keepRequests: !bench, ...(!bench && { stateDir }) }, stateDir);
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exit(1);
}

async function run(options: SandboxOptions, stateDir: string): Promise<void> {
  const sandbox = await startSandbox(options);
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.once(signal, () => void sandbox.close().then(() => process.exit(0)));
  }
  const { url, tlsUrl } = sandbox;
  process.stdout.write(
    `${JSON.stringify({ evt: 'sandbox_listening', url, tlsUrl, caFile: keepCa(sandbox, stateDir) })}\n`,
  );
}

/** Where a client finds the certificate to trust; the one file that is written for a benchmark too. */
function keepCa({ ca }: Sandbox, stateDir: string): string | undefined {
  if (ca === undefined) return undefined;
  const path = resolve(stateDir, 'sandbox', 'ca.pem');
  writePrivately(path, ca);
  return path;
}
