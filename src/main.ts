import { setTimeout as sleep } from 'node:timers/promises';
import { runProcess, startService, stopSignal } from './service.ts';

/** How long an orchestrator may go on sending traffic after it asked this process to stop. */
const SERVE_ON_MS = 5_000;
/** After this long whatever is left is left to the next process, which finds it in the ledger. */
const STOP_WITHIN_MS = 29_000;

runProcess(async () => {
  const stopped = stopSignal();
  const service = await startService(process.env, process.stdout.isTTY);
  const signal = await stopped;
  const late = sleep(STOP_WITHIN_MS, 'late', { ref: false });
  const end = await Promise.race([service.stop(signal === 'SIGTERM' ? SERVE_ON_MS : 0), late]);
  if (end === 'late')
    throw new Error(
      'Herald did not finish in time. What is in flight is in the ledger, and the next start takes it up.',
    );
});
