import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { generateKeyring } from '../../src/credentials/index.ts';
import { startSandbox } from '../../src/sandbox/index.ts';
import { type FragileDatabase, startFragileDatabase } from '../faults/support/fragile-database.ts';
import { type Person, signIn } from '../faults/support/people.ts';
import { controlX, type XControl } from '../faults/support/x-control.ts';
import { type HeraldSlot, type Incidents, openHeraldSlot } from './herald.ts';

/** Two places for Herald, one Postgres, one simulated X, and users who are signed in. */
export interface Stage {
  readonly x: XControl;
  readonly database: FragileDatabase;
  readonly slots: readonly [HeraldSlot, HeraldSlot];
  readonly people: readonly Person[];
  remove(): Promise<void>;
}

/** Long enough that a slow machine is not taken for a fault of X; the proportions are those of the defaults. */
const SHORT_TIMES = {
  HERALD_X_DEADLINE_MS: '1000',
  HERALD_LEASE_MS: '7100',
  HERALD_SETTLE_WINDOW_MS: '3000',
  HERALD_ANSWER_WITHIN_MS: '2000',
  HERALD_POST_TTL_MS: '86400000',
};
const ENVELOPE_LIFE_MS = 24 * 3_600_000;

const START_TIMEOUT_MS = 30_000;
const POLL_MS = 50;

/** Herald as it is shipped: it starts three times as fast as from its sources. */
export const build = (): void => {
  execFileSync('npm', ['run', '--silent', 'build'], { stdio: ['ignore', 2, 2] });
};

/** Throws with what Herald said when it does not come up. */
export const waitForHeralds = async ({ slots }: Stage): Promise<void> => {
  const deadline = performance.now() + START_TIMEOUT_MS;
  while (slots.some((slot) => slot.door() === undefined)) {
    if (performance.now() > deadline)
      throw new Error(`Herald does not start: ${slots.map((slot) => slot.lastWords()).join('')}`);
    await sleep(POLL_MS);
  }
};

export const setStage = async (
  users: number,
  incidents: Incidents,
  tell: (line: string) => void,
): Promise<Stage> => {
  const stateDir = await mkdtemp(join(tmpdir(), 'herald-soak-'));
  const database = await startFragileDatabase(stateDir, 'herald_soak');
  const sandbox = await startSandbox();
  const x = controlX(sandbox.url);
  await x.liftLimits();
  const keyring = await generateKeyring(new Date());
  const environment = {
    PORT: '0',
    OPS_PORT: '0',
    HERALD_WEBHOOK_SECRET: randomBytes(32).toString('base64url'),
    HERALD_KEYRING: keyring,
    DATABASE_URL: database.url,
    X_APP_KEY: 'sandbox-app',
    X_APP_SECRET: 'sandbox-app-secret',
    X_API_URL: sandbox.url,
    ...SHORT_TIMES,
  };
  const people: Person[] = [];
  for (let number = 1; number <= users; number += 1) {
    people.push(await signIn(x, `user_${number}`, { keyring, envelopeLifeMs: ENVELOPE_LIFE_MS }));
  }
  const open = (): HeraldSlot => openHeraldSlot(environment, incidents, tell);
  const slots = [open(), open()] as const;
  return {
    x,
    database,
    slots,
    people,
    remove: async () => {
      await Promise.all(slots.map((slot) => slot.stop()));
      await sandbox.close();
      await database.remove();
    },
  };
};
