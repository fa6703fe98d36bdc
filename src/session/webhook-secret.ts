import { createHash, timingSafeEqual } from 'node:crypto';
import type { Secret } from '../kernel/index.ts';

const digest = (text: string): Buffer => createHash('sha256').update(text, 'utf8').digest();

/**
 * Tells whether a caller knows one of the secrets shared with Hasura. Digests of equal length are compared in constant
 * time and every secret is looked at, so neither the place of a difference nor which secret matched can be measured
 * (R2). Two secrets at once let an operator change it without a refused request (R3).
 */
export const createWebhookCheck = (
  secrets: readonly Secret<string>[],
): ((candidate: string | undefined) => boolean) => {
  const digests = secrets.map((secret) => digest(secret.reveal()));
  return (candidate) => {
    const given = digest(candidate ?? '');
    let matches = 0;
    for (const expected of digests) matches += timingSafeEqual(given, expected) ? 1 : 0;
    return matches > 0 && candidate !== undefined && candidate !== '';
  };
};
