import { HeraldError, type IssuerEntry, type IssuerStore } from '../../src/kernel/index.ts';

export interface StoredEntry extends IssuerEntry {
  readonly kind: string;
  readonly userId: string | undefined;
  readonly grantId: string | undefined;
  readonly expiresAt: number;
}

/** What the database does for the issuer, in a Map. */
export interface MemoryStore extends IssuerStore {
  readonly entries: Map<string, StoredEntry>;
  /** While true every method fails as it does without a database. */
  away: boolean;
}

export const createMemoryStore = (): MemoryStore => {
  const entries = new Map<string, StoredEntry>();
  const nameOf = (kind: string, id: string): string => `${kind} ${id}`;
  const reach = (): void => {
    if (store.away) throw new HeraldError('TEMPORARILY_UNAVAILABLE');
  };
  const alive = (entry: StoredEntry | undefined): StoredEntry | undefined =>
    entry !== undefined && entry.expiresAt > Date.now() ? entry : undefined;
  const store: MemoryStore = {
    entries,
    away: false,
    async upsert({ kind, id, value, userId, grantId, lifetimeMs }) {
      reach();
      const expiresAt = lifetimeMs === undefined ? Number.POSITIVE_INFINITY : Date.now() + lifetimeMs;
      const consumedAt = entries.get(nameOf(kind, id))?.consumedAt;
      entries.set(nameOf(kind, id), { kind, id, value, userId, grantId, expiresAt, consumedAt });
    },
    async find(kind, id) {
      reach();
      return alive(entries.get(nameOf(kind, id)));
    },
    async consume(kind, id) {
      reach();
      const entry = alive(entries.get(nameOf(kind, id)));
      if (entry === undefined || entry.consumedAt !== undefined) return false;
      entries.set(nameOf(kind, id), { ...entry, consumedAt: new Date() });
      return true;
    },
    async destroy(kind, id) {
      reach();
      entries.delete(nameOf(kind, id));
    },
    async revokeByGrantId(grantId) {
      reach();
      for (const [name, entry] of entries) if (entry.grantId === grantId) entries.delete(name);
    },
  };
  return store;
};
