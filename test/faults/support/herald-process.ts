import { writeSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { createApp, type Overrides } from '../../../src/app.ts';
import { loadConfig } from '../../../src/config/index.ts';
import type { Ledger, XClient, XTimeline } from '../../../src/kernel/index.ts';
import { createLog } from '../../../src/log/index.ts';
import { runProcess, stopSignal } from '../../../src/service.ts';
import type { StopAction, StopPoint } from './stop-points.ts';

/*
 * Herald as a process of its own, made of the same parts as src/main.ts, that stops itself at one named point:
 * TEST_STOP_AT says where, TEST_STOP_BY how, TEST_STOP_PASSES how often the point is passed before. It happens once, and a JSON
 * line says so just before.
 * TEST_X_CA is the certificate that X's is to be checked with.
 * Standard input takes `go` (ends a hold) and `clock MS` (this process's clock is so far ahead from now on).
 */
const {
  TEST_STOP_AT: stopAt,
  TEST_STOP_BY: stopBy = 'kill',
  TEST_STOP_PASSES: passes = '0',
  TEST_X_CA: xCertificateAuthority,
} = process.env as {
  TEST_STOP_AT?: StopPoint;
  TEST_STOP_BY?: StopAction;
  TEST_STOP_PASSES?: string;
  TEST_X_CA?: string;
};
const input = createInterface({ input: process.stdin });
let hasStopped = false;
let passesLeft = Number(passes);

/** Synchronous, so that nothing of Herald runs between the point and the end. */
const stopHere = (point: StopPoint): boolean => {
  if (point !== stopAt || hasStopped) return false;
  if (passesLeft > 0) {
    passesLeft -= 1;
    return false;
  }
  hasStopped = true;
  writeSync(1, `${JSON.stringify({ evt: 'stop_point', point })}\n`);
  if (stopBy !== 'hold') process.kill(process.pid, stopBy === 'kill' ? 'SIGKILL' : 'SIGSTOP');
  return stopBy === 'hold';
};

const reach = async (point: StopPoint): Promise<void> => {
  if (!stopHere(point)) return;
  await new Promise<void>((resolve) => {
    input.on('line', (line) => line === 'go' && resolve());
  });
};

/** Runs `work` between two points; the second is only reached when `counts` says so. */
const between = async <T>(
  before: StopPoint | undefined,
  work: () => Promise<T>,
  after: StopPoint | undefined,
  counts: (result: T) => boolean = () => true,
): Promise<T> => {
  if (before !== undefined) await reach(before);
  const result = await work();
  if (after !== undefined && counts(result)) await reach(after);
  return result;
};

const aroundLedger = (ledger: Ledger): Ledger => ({
  ...ledger,
  accept: (post) => between('before-accept', () => ledger.accept(post), 'after-accept'),
  claimNext: () =>
    between(
      undefined,
      () => ledger.claimNext(),
      'after-claim',
      (delivery) => delivery !== undefined,
    ),
  record: (claim, outcome) => between('after-log', () => ledger.record(claim, outcome), 'after-record'),
  recordDeleted: (owed, cost) =>
    between('after-delete', () => ledger.recordDeleted(owed, cost), 'after-record-deleted'),
  expireLeases: () =>
    between(
      undefined,
      () => ledger.expireLeases(),
      'after-expire',
      (count) => count > 0,
    ),
});

const aroundX = <T extends XClient & XTimeline>(x: T): T => ({
  ...x,
  createTweet: (credentials, tweet, beforeSend) =>
    between(
      undefined,
      () =>
        x.createTweet(credentials, tweet, () => {
          beforeSend?.();
          stopHere('after-lease-check');
        }),
      'after-send',
    ),
  deleteTweet: (credentials, id) => between('before-delete', () => x.deleteTweet(credentials, id), undefined),
  tweetsSince: (credentials, sinceId) =>
    between(undefined, () => x.tweetsSince(credentials, sinceId), 'during-reconcile'),
});

/** Every clock of the language that this process can read moves; the monotonic one does not. */
const moveClock = (aheadMs: number): void => {
  const RealDate = Date;
  const now = () => RealDate.now() + aheadMs;
  globalThis.Date = new Proxy(RealDate, {
    construct: (target, args, newTarget) =>
      Reflect.construct(target, args.length === 0 ? [now()] : args, newTarget),
    get: (target, name) => (name === 'now' ? now : Reflect.get(target, name)),
  });
};

runProcess(async () => {
  const stopped = stopSignal();
  input.on('line', (line) => {
    if (line.startsWith('clock ')) moveClock(Number(line.slice(6)));
  });
  const { config, secrets } = await loadConfig(process.env);
  const log = createLog(config.log);
  const overrides: Overrides = {
    aroundLedger,
    aroundX,
    ...(xCertificateAuthority === undefined ? {} : { xCertificateAuthority }),
  };
  const app = await createApp(config, secrets, log, overrides);
  await app.ledger.join();
  app.startWorking();
  const url = await app.server.listen({ host: config.host, port: config.port });
  log('info', 'started', { url });
  await stopped;
  app.stopBeingReady();
  await app.close();
});
