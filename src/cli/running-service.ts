import type { Config } from '../config/index.ts';

const ANSWER_TIMEOUT_MS = 2_000;

/** What only the running process knows. */
export interface RunningService {
  /** Why it sends nothing for now: `breaker`, `out_of_credits` or `clock_skew`. */
  readonly holds: readonly string[];
}

/** Asks the service on this machine for its metrics; undefined when none answers. */
export const askService = async ({ host, opsPort }: Config): Promise<RunningService | undefined> => {
  try {
    const response = await fetch(`http://${reachable(host)}:${opsPort}/metrics`, {
      signal: AbortSignal.timeout(ANSWER_TIMEOUT_MS),
      redirect: 'error',
    });
    return response.ok ? readMetrics(await response.text()) : undefined;
  } catch {
    return undefined;
  }
};

/** A service that listens on every address is asked on loopback. */
const reachable = (host: string): string => {
  if (host === '0.0.0.0' || host === '::') return '127.0.0.1';
  return host.includes(':') ? `[${host}]` : host;
};

/** Undefined when the answer is not Herald's. */
const readMetrics = (text: string): RunningService | undefined => {
  const held = [...text.matchAll(/^herald_sending_held\{reason="(\w+)"\} (\d)$/gm)];
  if (held.length === 0) return undefined;
  return { holds: held.flatMap(([, reason = '', value]) => (value === '1' ? [reason] : [])) };
};
