import { createHash } from 'node:crypto';
import type { IssuerStore, Log, RestSeal } from '../kernel/index.ts';

/** The name under which a secret is stored: lower-case hex of its SHA-256, so that a database dump redeems nothing. */
export const digest = (secret: string): string => createHash('sha256').update(secret).digest('hex');

interface EntryLinks {
  readonly userId?: string | undefined;
  readonly grantId?: string | undefined;
  /** Absent: for ever. */
  readonly lifetimeMs?: number | undefined;
}

/** What the issuer remembers: small JSON objects under secret ids, which the store sees as digests and sealed bytes. */
export interface Entries {
  put(kind: string, id: string, payload: object, links: EntryLinks): Promise<void>;
  /** Undefined when there is none, or when the key that sealed it is gone. */
  get(
    kind: string,
    id: string,
  ): Promise<{ payload: Record<string, unknown>; consumedAt: Date | undefined } | undefined>;
  /** True for the one caller that used it up. */
  consume(kind: string, id: string): Promise<boolean>;
  remove(kind: string, id: string): Promise<void>;
  /** Everything that was put with this `grantId`. */
  removeGranted(grantId: string): Promise<void>;
}

export const createEntries = (store: IssuerStore, seal: RestSeal, log: Log): Entries => ({
  async put(kind, id, payload, { userId, grantId, lifetimeMs }) {
    const name = digest(id);
    await store.upsert({
      kind,
      id: name,
      value: await seal.seal(JSON.stringify(payload), boundTo(kind, name)),
      userId,
      grantId: grantId === undefined ? undefined : digest(grantId),
      lifetimeMs,
    });
  },
  async get(kind, id) {
    const name = digest(id);
    const entry = await store.find(kind, name);
    if (entry === undefined) return undefined;
    const payload = await open(seal, entry.value, kind, name, log);
    return payload === undefined ? undefined : { payload, consumedAt: entry.consumedAt };
  },
  consume: (kind, id) => store.consume(kind, digest(id)),
  remove: (kind, id) => store.destroy(kind, digest(id)),
  removeGranted: (grantId) => store.revokeByGrantId(digest(grantId)),
});

const boundTo = (kind: string, name: string): readonly string[] => ['issuer_entry', kind, name];

const open = async (
  seal: RestSeal,
  value: Parameters<RestSeal['open']>[0],
  kind: string,
  name: string,
  log: Log,
): Promise<Record<string, unknown> | undefined> => {
  let bytes: Buffer;
  try {
    bytes = await seal.open(value, boundTo(kind, name));
  } catch (error) {
    log('warn', 'sign_in_refused', { reason: `a stored ${kind} does not open`, kid: value.kid, error });
    return undefined;
  }
  const payload = JSON.parse(bytes.toString()) as Record<string, unknown>;
  bytes.fill(0);
  return payload;
};
