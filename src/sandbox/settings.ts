import { PLANS, type Plan } from './rules.ts';
import type { SandboxOptions } from './server.ts';

/** What the environment says, under the sandbox's own names. Throws with every problem at once. */
export function readSettings(env: NodeJS.ProcessEnv): SandboxOptions & { stateDir: string; bench: boolean } {
  const problems: string[] = [];
  const port = readPort(env, 'SANDBOX_PORT', problems) ?? 4001;
  const tlsPort = readPort(env, 'SANDBOX_TLS_PORT', problems);
  const bench = readFlag(env, 'SANDBOX_BENCH', problems);
  const network = readFlag(env, 'SANDBOX_ALLOW_NETWORK', problems);
  const plan = readPlan(env, 'SANDBOX_PLAN', problems);
  if (problems.length > 0) throw new Error(problems.join('\n'));
  const host = env.SANDBOX_HOST || '127.0.0.1';
  return {
    host,
    allowNetwork: network && host === '0.0.0.0',
    port,
    ...(tlsPort !== undefined && { tlsPort }),
    stateDir: env.HERALD_STATE_DIR || '.herald',
    appKey: env.X_APP_KEY || 'sandbox-app',
    appSecret: env.X_APP_SECRET || 'sandbox-app-secret',
    plan,
    bench,
  };
}

function readPort(env: NodeJS.ProcessEnv, name: string, problems: string[]): number | undefined {
  const value = env[name];
  if (value === undefined || value === '') return undefined;
  if (/^\d{1,5}$/.test(value) && Number(value) <= 65_535) return Number(value);
  problems.push(`${name} is a port from 0 to 65535 (0: any free one).`);
  return undefined;
}

function readPlan(env: NodeJS.ProcessEnv, name: string, problems: string[]): Plan {
  const plan = PLANS.find((one) => one === (env[name] || 'self-serve'));
  if (plan === undefined) problems.push(`${name} is one of ${PLANS.join(', ')}.`);
  return plan ?? 'self-serve';
}

function readFlag(env: NodeJS.ProcessEnv, name: string, problems: string[]): boolean {
  const value = env[name] ?? '';
  if (!['', '0', '1'].includes(value)) problems.push(`${name} is 1 or 0.`);
  return value === '1';
}
