import { FAULT_KINDS, type Fault, type FaultKind } from './faults.ts';
import { BUCKETS, type LimitSettings } from './limits.ts';
import { PLANS, type Plan } from './rules.ts';
import { isUsername } from './users.ts';

/** What was sent to the control API cannot be meant; the message says why in a sentence. */
export class BadInput extends Error {}

const METHODS = ['GET', 'POST', 'PUT', 'DELETE'];

/** The username of `{"username"}`. */
export function readUsername(body: unknown): string {
  const { username } = readObject(body, ['username']);
  if (!isUsername(username)) throw new BadInput('username is 1 to 15 letters, digits or underscores.');
  return username;
}

/** A fault; `method`, `path` and `user` are everything unless told, `times` 1, `after` 0. */
export function readFault(body: unknown): Fault {
  const input = readObject(body, ['method', 'path', 'user', 'kind', 'times', 'after', 'ms']);
  const { kind, method, path = '*', user } = input;
  if (!isKind(kind)) throw new BadInput(`kind is one of ${FAULT_KINDS.join(', ')}.`);
  if (method !== undefined && !(typeof method === 'string' && METHODS.includes(method.toUpperCase()))) {
    throw new BadInput(`method is one of ${METHODS.join(', ')}, or absent for every method.`);
  }
  if (typeof path !== 'string' || !/^(\/|\*)/.test(path) || path.includes('?')) {
    throw new BadInput('path is a path such as /2/tweets, without a query; * stands for anything.');
  }
  if (user !== undefined && !isUsername(user)) {
    throw new BadInput('user is the username of one user, or absent for every user.');
  }
  return {
    kind,
    method: method?.toUpperCase(),
    path,
    user,
    times: readCount(input, 'times', 1) ?? 1,
    after: readCount(input, 'after', 0) ?? 0,
    ms: readCount(input, 'ms', 0),
  };
}

/** The limits that are to change: whole numbers, or null to lift one; and the plan, when that is to change. */
export function readLimits(body: unknown): { limits: Partial<LimitSettings>; plan: Plan | undefined } {
  const input = readObject(body, [...BUCKETS, 'windowMs', 'plan']);
  const limits: Partial<LimitSettings> = {};
  for (const bucket of BUCKETS) {
    const limit = input[bucket] === null ? null : readCount(input, bucket, 0);
    if (limit !== undefined) limits[bucket] = limit;
  }
  const windowMs = readCount(input, 'windowMs', 1);
  return { limits: windowMs === undefined ? limits : { ...limits, windowMs }, plan: readPlan(input.plan) };
}

function readPlan(value: unknown): Plan | undefined {
  const plan = PLANS.find((one) => one === value);
  if (value !== undefined && plan === undefined) throw new BadInput(`plan is one of ${PLANS.join(', ')}.`);
  return plan;
}

const isKind = (value: unknown): value is FaultKind => FAULT_KINDS.some((kind) => kind === value);

function readCount(input: Record<string, unknown>, name: string, least: number): number | undefined {
  const value = input[name];
  if (value === undefined) return undefined;
  if (typeof value === 'number' && Number.isSafeInteger(value) && value >= least) return value;
  throw new BadInput(`${name} is a whole number of at least ${least}.`);
}

function readObject(body: unknown, known: readonly string[]): Record<string, unknown> {
  const value = parse(body);
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new BadInput(`The body is a JSON object with ${known.join(', ')}.`);
  }
  const stray = Object.keys(value).find((name) => !known.includes(name));
  if (stray !== undefined)
    throw new BadInput(`There is no field ${stray}; the fields are ${known.join(', ')}.`);
  return value as Record<string, unknown>;
}

function parse(body: unknown): unknown {
  try {
    return JSON.parse(typeof body === 'string' ? body : '');
  } catch {
    return undefined;
  }
}
