export * from './errors.ts';
export * from './ids.ts';
export type * from './ledger.ts';
export type * from './ledger-reports.ts';
export * from './log.ts';
export type * from './meter.ts';
export * from './ports.ts';
export type * from './schema.generated.ts';
export * from './secret.ts';
