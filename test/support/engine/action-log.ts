import { randomUUID } from 'node:crypto';
import { type Action, type ActionSettings, callAction, type Invocation } from './actions.ts';
import { EngineError } from './engine-error.ts';

/** A row of `hdb_action_log`. */
interface LoggedAction {
  readonly id: string;
  readonly action: Action;
  readonly invocation: Invocation;
  readonly createdAt: string;
  status: 'created' | 'processing' | 'completed' | 'error';
  output: unknown;
  errors: unknown;
}

/** Asynchronous actions: written down with everything in clear, and called by a processor that polls. */
export interface ActionLog {
  add(action: Action, invocation: Invocation): string;
  find(id: string): LoggedAction | undefined;
  /** What the processor does each second. */
  process(): Promise<void>;
  /** What a graceful shutdown does: what is being processed is to be delivered again. */
  unlock(): void;
}

export const createActionLog = (settings: ActionSettings): ActionLog => {
  const rows = new Map<string, LoggedAction>();
  const deliver = async (row: LoggedAction): Promise<void> => {
    row.status = 'processing';
    try {
      row.output = (await callAction(row.action, row.invocation, settings)).value;
      row.status = 'completed';
    } catch (error) {
      row.errors = error instanceof EngineError ? error.log() : { error: String(error) };
      row.status = 'error';
    }
  };
  return {
    add: (action, invocation) => {
      const id = randomUUID();
      const createdAt = new Date().toISOString();
      const logged = { ...invocation, query: null };
      rows.set(id, {
        id,
        action,
        invocation: logged,
        createdAt,
        status: 'created',
        output: null,
        errors: null,
      });
      return id;
    },
    find: (id) => rows.get(id),
    process: async () => {
      await Promise.all([...rows.values()].filter(({ status }) => status === 'created').map(deliver));
    },
    unlock: () => {
      for (const row of rows.values()) if (row.status === 'processing') row.status = 'created';
    },
  };
};
