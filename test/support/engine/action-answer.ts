import { Kind, type TypeNode } from 'graphql';
import { EngineError, isObject, type JsonObject, unexpected } from './engine-error.ts';
import type { Field } from './fields.ts';
import type { Reply } from './http-call.ts';

/** What the metadata says that an action gives. */
export interface Output {
  readonly type: TypeNode;
  /** The fields of its object type; undefined for a scalar or an enum. */
  readonly fields: ReadonlyMap<string, TypeNode> | undefined;
}

/**
 * The engine's rules for a handler's answer: the body is JSON before the status is looked at; 2xx is the output value itself,
 * 4xx is an error for the client, anything else an internal one. Throws {@link EngineError}.
 */
export const readActionAnswer = (
  { status, headers, text }: Reply,
  output: Output,
  request: unknown,
): unknown => {
  const internal = (error: string, body: unknown) => ({
    error,
    request,
    response: { status, body, headers: headers.map(([name, value]) => ({ name, value })) },
  });
  const body = parseJson(text);
  if (body === undefined)
    throw unexpected('not a valid json response from webhook', internal('invalid JSON', text));
  if (status >= 200 && status < 300) {
    const problem = findProblem(body, output.type, output.fields);
    if (problem !== undefined) throw unexpected(problem, internal('unexpected response', body));
    return body;
  }
  if (status >= 400 && status < 500) throw clientError(body, internal('unexpected response', body));
  throw unexpected('internal error', internal(`expecting 2xx or 4xx status code, but found ${status}`, body));
};

const parseJson = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
};

/** `{message, code?, extensions?}`; anything else cannot be read. */
const clientError = (body: unknown, internal: unknown): EngineError => {
  const failed = (what: string) => new EngineError(what, 'parse-failed', { internal });
  if (!isObject(body)) return failed('parsing ActionWebhookErrorResponse failed, expected Object');
  const { message, code, extensions } = body;
  if (message === undefined) return failed("the key 'message' was not present");
  if (typeof message !== 'string') return failed('expected String at message');
  if (code !== undefined && code !== null && typeof code !== 'string')
    return failed('expected String at code');
  return new EngineError(message, code ?? 'unexpected', { extensions: extensions ?? undefined });
};

const NUMBERS = ['Int', 'Float'];
const STRINGS = ['String', 'ID'];
const BUILT_IN = [...NUMBERS, ...STRINGS, 'Boolean'];

/** What is wrong with an output value; only the top level's fields are looked at. */
const findProblem = (value: unknown, type: TypeNode, fields: Output['fields']): string | undefined => {
  const inner = type.kind === Kind.NON_NULL_TYPE ? type.type : type;
  if (inner.kind === Kind.NAMED_TYPE && fields === undefined && !BUILT_IN.includes(inner.name.value))
    return undefined;
  if (value === null)
    return type.kind === Kind.NON_NULL_TYPE ? 'got null for the action webhook response' : undefined;
  if (inner.kind === Kind.LIST_TYPE) {
    if (!Array.isArray(value)) return 'expecting array for the action webhook response';
    for (const entry of value) {
      const problem = findProblem(entry, inner.type, fields);
      if (problem !== undefined) return problem;
    }
    return undefined;
  }
  const name = inner.kind === Kind.NAMED_TYPE ? inner.name.value : '';
  if (Array.isArray(value)) return `got array for the action webhook response, expecting ${name}`;
  if (isObject(value))
    return BUILT_IN.includes(name)
      ? `got object for the action webhook response, expecting ${name}`
      : findMissing(value, fields);
  return isKind(value, name)
    ? undefined
    : `got scalar ${kindOf(value)} for the action webhook response, expecting ${name}`;
};

const isKind = (value: unknown, name: string): boolean =>
  typeof value === 'number'
    ? NUMBERS.includes(name)
    : typeof value === 'string'
      ? STRINGS.includes(name)
      : name === 'Boolean';

/** The engine's own message calls a number a String. */
const kindOf = (value: unknown): string => (typeof value === 'boolean' ? 'Boolean' : 'String');

const findMissing = (value: JsonObject, fields: Output['fields']): string | undefined => {
  for (const [name, type] of fields ?? []) {
    if (type.kind !== Kind.NON_NULL_TYPE) continue;
    if (value[name] === undefined) return `field "${name}" expected in webhook response, but not found`;
    if (value[name] === null) return `expecting not null value for field "${name}"`;
  }
  return undefined;
};

/** How the selected fields of an object are found: scalars by their name, null when absent; objects by their key. */
export interface Shaping {
  /** The fields below a field that gives an object; undefined for a scalar. */
  below(
    field: Field,
    typeName: string,
  ): { readonly fields: readonly Field[]; readonly typeName: string } | undefined;
  /** Whether it is no part of the answer but joined to it. */
  isJoined(field: Field, typeName: string): boolean;
  join(field: Field, typeName: string, answer: JsonObject): Promise<unknown>;
}

/** The client's selection of an output value. */
export const shapeAnswer = async (
  value: unknown,
  fields: readonly Field[],
  typeName: string,
  shaping: Shaping,
): Promise<unknown> => {
  if (Array.isArray(value))
    return Promise.all(value.map((entry) => shapeAnswer(entry, fields, typeName, shaping)));
  if (!isObject(value)) return value;
  const shaped: Record<string, unknown> = {};
  for (const field of fields) {
    const below = shaping.below(field, typeName);
    if (field.name === '__typename') shaped[field.key] = typeName;
    else if (shaping.isJoined(field, typeName))
      shaped[field.key] = await shaping.join(field, typeName, value);
    else if (below === undefined) shaped[field.key] = value[field.name] ?? null;
    else if (typeof value[field.key] === 'object')
      shaped[field.key] = await shapeAnswer(value[field.key], below.fields, below.typeName, shaping);
  }
  return shaped;
};
