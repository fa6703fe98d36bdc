import { type Answer, invalidRequest } from './answers.ts';

/** X accepts ids of 1 to 19 digits. */
export const ID = /^[0-9]{1,19}$/;

/** A field that X's published schema does not allow; `answer` is X's 400 for it. */
export class BadField extends Error {
  readonly answer: Answer;
  constructor(field: string, value: unknown, reason: string) {
    super(`The field ${field} ${reason}.`);
    const shown = typeof value === 'string' ? value : (JSON.stringify(value) ?? '');
    this.answer = invalidRequest(this.message, { [field]: [shown.slice(0, 300)] });
  }
}

/** What `read` makes of a JSON body, or X's 400 when it is none, or when `read` throws a BadField. */
export function readJson<T>(
  { contentType, body }: { readonly contentType: string; readonly body: string },
  read: (json: Record<string, unknown>) => T,
): T | Answer {
  if (contentType !== 'application/json') return invalidRequest('The Content-Type must be application/json.');
  const json = parseObject(body);
  if (!json) return invalidRequest('The body must be a JSON object.');
  try {
    return read(json);
  } catch (error) {
    if (error instanceof BadField) return error.answer;
    throw error;
  }
}

/** Throws for a field that is not known; `notYet` are X's own that the sandbox does not do. */
export function refuseUnknown(
  object: Record<string, unknown>,
  prefix: string,
  known: readonly string[],
  notYet: readonly string[] = [],
): void {
  const stray = Object.keys(object).find((name) => !known.includes(name));
  if (stray === undefined) return;
  const reason = notYet.includes(stray)
    ? 'is not supported by the sandbox'
    : 'is not a field of this request';
  throw new BadField(prefix + stray, object[stray], reason);
}

/** The value as an object; throws when it is none. */
export function readObject(field: string, value: unknown): Record<string, unknown> {
  if (isObject(value)) return value;
  throw new BadField(field, value, 'is not an object');
}

/** The value as a list of texts; throws when it is none, or has not `least` to `most` of them. */
export function readTexts(field: string, value: unknown, least: number, most: number): readonly string[] {
  if (isTexts(value) && value.length >= least && value.length <= most) return value;
  throw new BadField(field, value, `is not a list of ${least} to ${most} texts`);
}

/** The value as a whole number in a range; throws when it is none. */
export function readWhole(field: string, value: unknown, least: number, most: number): number {
  if (typeof value === 'number' && Number.isInteger(value) && value >= least && value <= most) return value;
  throw new BadField(field, value, `is not a whole number from ${least} to ${most}`);
}

/** The value as an id; throws when it is none. */
export function readId(field: string, value: unknown): string {
  if (typeof value === 'string' && ID.test(value)) return value;
  throw new BadField(field, value, 'does not match ^[0-9]{1,19}$');
}

/** The value when it is one of these; throws otherwise. */
export function readChoice<T extends string>(field: string, value: unknown, choices: readonly T[]): T {
  const chosen = choices.find((choice) => choice === value);
  if (chosen !== undefined) return chosen;
  throw new BadField(field, value, `is not one of [${choices.join(',')}]`);
}

const isTexts = (value: unknown): value is readonly string[] =>
  Array.isArray(value) && value.every((item) => typeof item === 'string');

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

function parseObject(text: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return isObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}
