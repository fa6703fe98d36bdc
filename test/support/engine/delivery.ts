import { randomUUID } from 'node:crypto';
import { isObject, type JsonObject } from './engine-error.ts';
import {
  configuredHeaders,
  defaultHeaders,
  type Environment,
  fillTemplate,
  headerValue,
  traceHeaders,
} from './headers.ts';
import { callHttp, NoAnswer, type Reply } from './http-call.ts';
import type {
  CronTriggerMetadata,
  EventTriggerMetadata,
  HeaderMetadata,
  RetryConf,
  TableName,
} from './metadata.ts';

/** What became of an event. */
export interface Delivery {
  readonly id: string;
  readonly status: 'delivered' | 'error' | 'dead';
  /** The HTTP status of each try; null for none. */
  readonly tries: readonly (number | null)[];
  /** What was waited before each further try. */
  readonly waitedSeconds: readonly number[];
}

export interface Deliveries {
  readonly environment: Environment;
  /** How time passes between tries. */
  wait(seconds: number): Promise<void>;
}

/** A change of a row, as a trigger sees it. */
export interface RowEvent {
  readonly id?: string;
  readonly op: 'INSERT' | 'UPDATE' | 'DELETE' | 'MANUAL';
  readonly old?: JsonObject | null;
  readonly new?: JsonObject | null;
  readonly sessionVariables?: Readonly<Record<string, string>> | null;
  readonly traceContext?: JsonObject;
}

interface Webhook {
  readonly url: string;
  readonly headers: readonly HeaderMetadata[] | undefined;
  readonly retries: Required<Pick<RetryConf, 'num_retries'>> & {
    readonly intervalSec: number;
    readonly timeoutMs: number;
  };
}

/** Delivers a row's change. The same `id` again is the same event again. */
export const deliverRow = (
  trigger: EventTriggerMetadata,
  table: TableName,
  event: RowEvent,
  deliveries: Deliveries,
): Promise<Delivery> => {
  const id = event.id ?? randomUUID();
  const hook = {
    url: fillTemplate(trigger.webhook ?? `{{${trigger.webhook_from_env ?? ''}}}`, deliveries.environment),
    headers: trigger.headers,
    retries: readRetries(trigger.retry_conf),
  };
  const columns = columnsOf(trigger, event.op);
  return deliver(id, hook, deliveries, (current_retry) => ({
    id,
    created_at: new Date().toISOString(),
    trigger: { name: trigger.name },
    table: { schema: table.schema, name: table.name },
    event: {
      session_variables: event.sessionVariables ?? null,
      op: event.op,
      data: { old: pick(event.old, columns), new: pick(event.new, columns) },
      ...(event.traceContext === undefined ? {} : { trace_context: event.traceContext }),
    },
    delivery_info: { current_retry, max_retries: hook.retries.num_retries },
  }));
};

/** The columns that a trigger's payload holds; undefined for all of them. `columns` says what to listen to, and nothing of this. */
const columnsOf = (
  { definition }: EventTriggerMetadata,
  op: RowEvent['op'],
): readonly string[] | undefined => {
  const of = definition[op.toLowerCase()];
  if (!isObject(of)) return undefined;
  return Array.isArray(of.payload) ? of.payload : undefined;
};

const pick = (
  row: JsonObject | null | undefined,
  columns: readonly string[] | undefined,
): JsonObject | null => {
  if (row === null || row === undefined) return null;
  if (columns === undefined) return row;
  return Object.fromEntries(Object.entries(row).filter(([name]) => columns.includes(name)));
};

/** When a scheduled event was due, and the id that its retries share. */
export interface Due {
  readonly id?: string;
  readonly scheduledTime?: Date;
}

/** Delivers one run of a cron trigger; later than its tolerance it is dead, and not tried. */
export const deliverCron = (
  trigger: CronTriggerMetadata,
  { id = randomUUID(), scheduledTime = new Date() }: Due,
  deliveries: Deliveries,
): Promise<Delivery> => {
  const { name, payload = null, comment, retry_conf = {} } = trigger;
  const hook = {
    url: fillTemplate(trigger.webhook, deliveries.environment),
    headers: trigger.headers,
    retries: readRetries(retry_conf),
  };
  if (isTooLate(scheduledTime, retry_conf)) return Promise.resolve(dead(id));
  return deliver(id, hook, deliveries, () => ({
    id,
    name,
    scheduled_time: scheduledTime.toISOString(),
    payload,
    ...(comment === undefined ? {} : { comment }),
  }));
};

/** The arguments of `create_scheduled_event`. */
export interface OneOff {
  readonly webhook: string;
  readonly schedule_at?: string;
  readonly payload?: unknown;
  readonly headers?: readonly HeaderMetadata[];
  readonly retry_conf?: RetryConf;
  readonly comment?: string;
}

export const deliverOneOff = (oneOff: OneOff, id: string, deliveries: Deliveries): Promise<Delivery> => {
  const {
    webhook,
    schedule_at = new Date().toISOString(),
    payload = null,
    comment,
    retry_conf = {},
  } = oneOff;
  const hook = {
    url: fillTemplate(webhook, deliveries.environment),
    headers: oneOff.headers,
    retries: readRetries(retry_conf),
  };
  const createdAt = new Date().toISOString();
  if (isTooLate(new Date(schedule_at), retry_conf)) return Promise.resolve(dead(id));
  return deliver(id, hook, deliveries, () => ({
    id,
    scheduled_time: schedule_at,
    payload,
    ...(comment === undefined ? {} : { comment }),
    created_at: createdAt,
  }));
};

const DEFAULT_TOLERANCE_SECONDS = 21_600;

const isTooLate = (due: Date, { tolerance_seconds = DEFAULT_TOLERANCE_SECONDS }: RetryConf): boolean =>
  Date.now() - due.getTime() > tolerance_seconds * 1000;

const dead = (id: string): Delivery => ({ id, status: 'dead', tries: [], waitedSeconds: [] });

const readRetries = (conf: RetryConf = {}): Webhook['retries'] => ({
  num_retries: conf.num_retries ?? 0,
  intervalSec: conf.interval_sec ?? conf.retry_interval_seconds ?? 10,
  timeoutMs: (conf.timeout_sec ?? conf.timeout_seconds ?? 60) * 1000,
});

/**
 * Any 2xx is delivered. Otherwise it is tried again after the interval until the tries are used up, and for as long as the
 * answer has a usable `Retry-After`, also beyond them.
 */
const deliver = async (
  id: string,
  hook: Webhook,
  { environment, wait }: Deliveries,
  payload: (currentRetry: number) => JsonObject,
): Promise<Delivery> => {
  const tries: (number | null)[] = [];
  const waitedSeconds: number[] = [];
  for (;;) {
    const reply = await post(hook, environment, payload(tries.length));
    tries.push(reply?.status ?? null);
    if (reply !== undefined && reply.status >= 200 && reply.status < 300)
      return { id, status: 'delivered', tries, waitedSeconds };
    const retryAfter = reply === undefined ? undefined : readRetryAfter(reply);
    if (tries.length > hook.retries.num_retries && retryAfter === undefined)
      return { id, status: 'error', tries, waitedSeconds };
    const seconds = retryAfter ?? hook.retries.intervalSec;
    waitedSeconds.push(seconds);
    await wait(seconds);
  }
};

const post = async (
  hook: Webhook,
  environment: Environment,
  payload: JsonObject,
): Promise<Reply | undefined> => {
  try {
    return await callHttp({
      url: hook.url,
      headers: [...defaultHeaders, ...configuredHeaders(hook.headers, environment), ...traceHeaders([])],
      body: JSON.stringify(payload),
      timeoutMs: hook.retries.timeoutMs,
    });
  } catch (error) {
    if (error instanceof NoAnswer) return undefined;
    throw error;
  }
};

/** A positive number of whole seconds; 0 and dates do not count. */
const readRetryAfter = ({ headers }: Reply): number | undefined => {
  const value = headerValue(headers, 'retry-after') ?? '';
  return /^\d+$/.test(value) && Number(value) > 0 ? Number(value) : undefined;
};
