export { MigrationFailed, migrate } from './migrate.ts';
export { type LedgerOptions, openLedger } from './open-ledger.ts';

export { type TransitionName, transitions } from './transitions.ts';
