export { type DatabaseExamination, examineDatabase } from './examine-database.ts';
export { MigrationFailed, migrate } from './migrate.ts';
export { type LedgerOptions, type OpenLedger, openLedger } from './open-ledger.ts';
export { readingRoleSql } from './reading-role.ts';
export { type TransitionName, transitions } from './transitions.ts';
