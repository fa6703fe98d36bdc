import { join } from 'node:path';
import { startSandbox } from './index.ts';
import { writePrivately } from './journal.ts';
import { readSettings } from './settings.ts';

const { stateDir, ...options } = readSettings(process.env);
const sandbox = await startSandbox({ ...options, ...(options.keepRequests && { stateDir }) });

const caFile = sandbox.ca && join(stateDir, 'sandbox', 'ca.pem');
if (sandbox.ca && caFile) writePrivately(caFile, sandbox.ca);
const listening = { evt: 'sandbox_listening', url: sandbox.url, tlsUrl: sandbox.tlsUrl, caFile };
process.stdout.write(`${JSON.stringify(listening)}\n`);

for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.once(signal, () => void sandbox.close().then(() => process.exit(0)));
}
