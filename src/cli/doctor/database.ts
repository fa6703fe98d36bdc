import { type DatabaseExamination, examineDatabase, readingRoleSql } from '../../ledger/index.ts';
import { describeDatabaseError } from '../with-ledger.ts';
import { type Check, fail, ok, warn } from './check.ts';
import type { Examined } from './configuration.ts';

const OLDEST_VERSION = 140_000;
const SKEW_MS = 30_000;

export interface DatabaseFindings {
  readonly checks: readonly Check[];
  /** Whether the ledger is there as this Herald knows it, so that it can be opened without changing anything. */
  readonly isReadable: boolean;
}

/** Looks at the database without changing anything in it. */
export const checkDatabase = async ({ databaseUrl }: Examined): Promise<DatabaseFindings> => {
  if (databaseUrl === undefined)
    return {
      checks: [fail('database', 'There is no usable DATABASE_URL.', 'Set DATABASE_URL.')],
      isReadable: false,
    };
  try {
    const examination = await examineDatabase(databaseUrl.reveal());
    const checks = [version, connection, migrations, readingRole, clock].map((check) => check(examination));
    const { pooler, pendingMigrations } = examination;
    return { checks, isReadable: pooler === undefined && pendingMigrations.length === 0 };
  } catch (error) {
    const check = fail(
      'database',
      `The database cannot be used: ${describeDatabaseError(error)}.`,
      'Look whether it runs and whether DATABASE_URL names it.',
    );
    return { checks: [check], isReadable: false };
  }
};

const version = ({ version }: DatabaseExamination): Check => {
  const name = `PostgreSQL ${Math.floor(version / 10_000)}.${version % 10_000}`;
  return version < OLDEST_VERSION
    ? fail('database', `${name} is too old.`, 'Herald needs PostgreSQL 14 or later.')
    : ok('database', `${name} answers.`);
};

const connection = ({ pooler }: DatabaseExamination): Check =>
  pooler === undefined
    ? ok('connection', 'Direct: each connection keeps its own process of the server.')
    : fail(
        'connection',
        `A transaction pooler is in between: ${pooler}.`,
        "Let DATABASE_URL name the database itself, or a pooler in session mode: Herald's locks and prepared statements belong to a session.",
      );

const migrations = ({ pendingMigrations: pending }: DatabaseExamination): Check =>
  pending.length === 0
    ? ok('migrations', 'The schema is up to date.')
    : warn('migrations', `Not applied yet: ${pending.join(', ')}.`, 'Herald applies them when it starts.');

const readingRole = ({ readingRole, mayMakeRoles }: DatabaseExamination): Check => {
  if (readingRole)
    return ok('reading role', 'herald_read and herald_events are there, for the role of the engine.');
  const missing = 'herald_read or herald_events, which the role of the engine is granted, is not there.';
  return mayMakeRoles
    ? warn('reading role', missing, 'Herald makes it when it starts.')
    : warn(
        'reading role',
        `${missing} This connection may not make it.`,
        'After the first start of Herald an administrator of the database runs:',
        ...readingRoleSql.split('\n'),
      );
};

const clock = ({ clockAheadMs }: DatabaseExamination): Check => {
  const seconds = Math.round(Math.abs(clockAheadMs) / 1000);
  if (Math.abs(clockAheadMs) < SKEW_MS)
    return ok('database clock', seconds <= 1 ? 'Clocks agree.' : `${seconds} s apart.`);
  return warn(
    'database clock',
    `This machine is ${seconds} s ${clockAheadMs > 0 ? 'ahead of' : 'behind'} the database.`,
    'Set both clocks (NTP): times in answers come from both.',
  );
};
