export { type LocalPostgres, type PostgresOptions, startPostgres } from './server.ts';
