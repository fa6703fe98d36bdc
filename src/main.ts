import { runProcess, startService, stopSignal } from './service.ts';

runProcess(async () => {
  const stopped = stopSignal();
  const service = await startService(process.env, process.stdout.isTTY);
  await stopped;
  await service.stop();
});
