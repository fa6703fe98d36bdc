import { HeraldError, type PostRequestId, parsePostRequestId } from '../kernel/index.ts';

/** What an event of the engine asks for. Its `id` is the same whenever it is delivered again. */
export type HasuraEvent =
  | { readonly kind: 'post'; readonly id: string; readonly requestId: PostRequestId }
  | { readonly kind: 'tidy'; readonly id: string };

/**
 * Reads the body of an event trigger, of a cron trigger or of a one-off event. Whose post it is, is not in it: session
 * variables are not looked at, and the row is read from the ledger. Throws `UNKNOWN_OPERATION` for the event of another
 * table and `INVALID_REQUEST` for everything else that Herald has no use for.
 */
export const readEvent = (body: unknown): HasuraEvent => {
  if (!isObject(body)) throw malformed('The body must be a JSON object.');
  const { id } = body;
  if (typeof id !== 'string' || id === '' || id.length > 255)
    throw malformed('id must be the id of the event.');
  if (isObject(body.table)) return { kind: 'post', id, requestId: readRow(body.table, body.event) };
  if (typeof body.scheduled_time === 'string') return readScheduled(id, body.payload);
  throw malformed('It has neither a table nor a scheduled_time.');
};

/** Whether the engine has another try; false for what does not say, as scheduled events do not. */
export const hasTriesLeft = (body: unknown): boolean => {
  const { current_retry, max_retries } = objectOf(objectOf(body).delivery_info);
  return typeof current_retry === 'number' && typeof max_retries === 'number' && current_retry < max_retries;
};

const readRow = (table: Record<string, unknown>, event: unknown): PostRequestId => {
  if (table.schema !== 'herald' || table.name !== 'post_request') throw otherTable(table);
  const { op, data } = objectOf(event);
  if (op !== 'INSERT' && op !== 'MANUAL')
    throw malformed('A trigger on herald.post_request must be for INSERT alone.');
  const requestId = readRequestId(objectOf(objectOf(data).new).id);
  if (requestId === undefined)
    throw malformed('A trigger on herald.post_request must have id in its payload.');
  return requestId;
};

const readScheduled = (id: string, payload: unknown): HasuraEvent => {
  if (payload === null || payload === undefined) return { kind: 'tidy', id };
  const { do: what, postRequestId } = objectOf(payload);
  if (what === 'tidy' && postRequestId === undefined) return { kind: 'tidy', id };
  const requestId = readRequestId(postRequestId);
  if (what === undefined && requestId !== undefined) return { kind: 'post', id, requestId };
  throw malformed(
    'payload must be null, {"do": "tidy"} or {"postRequestId": "<id of a row of herald.post_request>"}.',
  );
};

const readRequestId = (value: unknown): PostRequestId | undefined =>
  typeof value === 'string' ? parsePostRequestId(value.toLowerCase()) : undefined;

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const objectOf = (value: unknown): Record<string, unknown> => (isObject(value) ? value : {});

const otherTable = ({ schema, name }: Record<string, unknown>): HeraldError =>
  new HeraldError('UNKNOWN_OPERATION', {
    message:
      `Herald takes events of herald.post_request, and this trigger is on ${String(schema)}.${String(name)}. Point its webhook at a service of your own.`.slice(
        0,
        300,
      ),
  });

const malformed = (what: string): HeraldError =>
  new HeraldError('INVALID_REQUEST', { message: `This is not an event that Herald takes. ${what}` });
