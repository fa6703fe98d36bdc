import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { UserId, XUserId } from '../kernel/index.ts';
import { type HookedClaims, HookFault, readHookResult } from './hook-result.ts';

/** Who signs in, and where. Frozen; credentials are never among it. */
export interface ClaimsHookInput {
  /** `twitter|<x id>`, whatever the hook maps it to. */
  readonly userId: UserId;
  readonly xUserId: XUserId;
  /** The handle at the sign-in, without `@`; handles change hands, so never a key. */
  readonly username: string;
  readonly clientId: string;
}

/** Everything is optional; docs/claims-hook.md says what each may hold. */
export interface ClaimsHookResult {
  readonly userId?: string;
  readonly claims?: Readonly<Record<string, unknown>>;
  readonly hasura?: Readonly<Record<string, string>>;
  readonly defaultRole?: string;
  readonly allowedRoles?: readonly string[];
}

/** An operator's function that runs at each sign-in and each refresh, in Herald's process. */
export type ClaimsHook = (
  input: ClaimsHookInput,
) => ClaimsHookResult | undefined | Promise<ClaimsHookResult | undefined>;

const answerWithinMs = 5_000;
const loadWithinMs = 10_000;

/**
 * Loads an operator's module, ES or CommonJS. `path` is a file's, relative to the working directory.
 * Throws an Error that says what is wrong with it.
 */
export const loadClaimsHook = async (path: string): Promise<ClaimsHook> => {
  const file = resolve(path);
  if (!existsSync(file)) throw new Error(`HERALD_CLAIMS_HOOK: there is no file ${file}.`);
  const late = new Error(
    `HERALD_CLAIMS_HOOK: ${file} did not finish loading within ${loadWithinMs / 1000} seconds.`,
  );
  const loaded = await within(loadWithinMs, late, importModule(file));
  if (typeof loaded.default !== 'function')
    throw new Error(
      `HERALD_CLAIMS_HOOK: ${file} must export a function, as its default (ES module) or as module.exports (CommonJS).`,
    );
  return loaded.default as ClaimsHook;
};

const importModule = async (file: string): Promise<{ default?: unknown }> => {
  try {
    return (await import(pathToFileURL(file).href)) as { default?: unknown };
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new Error(`HERALD_CLAIMS_HOOK: ${file} cannot be loaded: ${reason}`, { cause });
  }
};

/** Asks the hook, for at most 5 seconds, and checks what it gives. Throws {@link HookFault}. */
export const runHook = async (
  hook: ClaimsHook | undefined,
  input: ClaimsHookInput,
  roles: readonly string[],
): Promise<HookedClaims> => {
  const result = hook === undefined ? undefined : await inTime(hook, Object.freeze({ ...input }));
  return readHookResult(result, roles);
};

const inTime = (hook: ClaimsHook, input: ClaimsHookInput): Promise<ClaimsHookResult | undefined> => {
  const late = new HookFault(`The claims hook gave no answer within ${answerWithinMs / 1000} seconds.`);
  return within(answerWithinMs, late, answerOf(hook, input));
};

/** Rejects with `late` when `work` takes longer. */
const within = async <T>(limitMs: number, late: Error, work: Promise<T>): Promise<T> => {
  let timer: NodeJS.Timeout | undefined;
  const tooLate = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(reject, limitMs, late);
  });
  try {
    return await Promise.race([work, tooLate]);
  } finally {
    clearTimeout(timer);
  }
};

const answerOf = async (hook: ClaimsHook, input: ClaimsHookInput): Promise<ClaimsHookResult | undefined> => {
  try {
    return await hook(input);
  } catch (cause) {
    throw new HookFault('The claims hook threw an error.', cause);
  }
};
