import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { runHook } from '../../src/issuer/claims-hook.ts';
import { type ClaimsHook, type ClaimsHookInput, loadClaimsHook } from '../../src/issuer/index.ts';
import type { UserId, XUserId } from '../../src/kernel/index.ts';
import { alice } from './fixtures.ts';

const roles = ['user', 'editor'];
const input: ClaimsHookInput = {
  userId: `twitter|${alice.xUserId}` as UserId,
  xUserId: alice.xUserId as XUserId,
  username: 'alice',
  clientId: 'desktop',
};
const answerOf = (result: unknown) => runHook((() => result) as ClaimsHook, input, roles);

describe('what a hook may return', () => {
  it.each([
    ['nothing', undefined, {}],
    ['null', null, {}],
    ['an empty object', {}, {}],
    ['a user id', { userId: '5f0c' }, { userId: '5f0c' }],
    [
      'claims',
      { claims: { 'https://app.example.com/plan': { seats: 3 } } },
      { claims: { 'https://app.example.com/plan': { seats: 3 } } },
    ],
    ['a session variable', { hasura: { 'x-hasura-org-id': '7' } }, { hasura: { 'x-hasura-org-id': '7' } }],
    ['a default role', { defaultRole: 'editor' }, { defaultRole: 'editor' }],
    ['allowed roles', { allowedRoles: ['editor', 'editor'] }, { allowedRoles: ['editor'] }],
    ['a promise', Promise.resolve({ userId: 'later' }), { userId: 'later' }],
  ])('%s', async (_what, result, expected) => {
    expect(await answerOf(result)).toEqual({
      userId: undefined,
      claims: {},
      hasura: {},
      defaultRole: undefined,
      allowedRoles: undefined,
      ...expected,
    });
  });
});

const circular: Record<string, unknown> = {};
circular.self = circular;

describe('what a hook may not return', () => {
  it.each([
    ['text', 'user', /must give an object/],
    ['a number', 7, /must give an object/],
    ['an array', [], /must give an object/],
    ['something that is not JSON', { claims: { n: 1n } }, /not JSON/],
    ['a circle', circular, /not JSON/],
    ['a field that nobody knows', { roles: ['user'] }, /returned roles/],
    ['an empty user id', { userId: '' }, /userId/],
    ['a user id that is a number', { userId: 7 }, /userId/],
    ['a user id with a line break', { userId: 'a\nb' }, /userId/],
    ['a user id of 256 characters', { userId: 'x'.repeat(256) }, /userId/],
    ['claims that are text', { claims: 'admin' }, /claims/],
    ...[
      'iss',
      'sub',
      'aud',
      'exp',
      'nbf',
      'iat',
      'jti',
      'scope',
      'client_id',
      'azp',
      'acr',
      'amr',
      'auth_time',
      'nonce',
      'at_hash',
      'cnf',
      'sid',
    ].map((name): [string, unknown, RegExp] => [
      `the claim ${name}`,
      { claims: { [name]: 'x' } },
      new RegExp(`claim ${name}`),
    ]),
    [
      "Hasura's namespace",
      { claims: { 'https://hasura.io/jwt/claims': {} } },
      /must not set the claim https/,
    ],
    [
      'session variables among the claims',
      { claims: { 'X-Hasura-Role': 'admin' } },
      /must not set the claim X-Hasura-Role/,
    ],
    ['a prototype', { claims: JSON.parse('{"__proto__":{"sub":"x"}}') }, /__proto__/],
    ...[
      'role',
      'default-role',
      'allowed-roles',
      'user-id',
      'x-user-id',
      'access-token',
      'access-token-secret',
      'access-token-anything',
      'admin-secret',
    ].map((name): [string, unknown, RegExp] => [
      `x-hasura-${name}`,
      { hasura: { [`x-hasura-${name}`]: 'x' } },
      /Herald's own/,
    ]),
    ['a variable in capitals', { hasura: { 'X-Hasura-User-Id': 'x' } }, /lower-case/],
    ['a variable with an underscore', { hasura: { 'x-hasura-user_id': 'x' } }, /lower-case/],
    ['a variable with a space', { hasura: { 'x-hasura-user-id ': 'x' } }, /lower-case/],
    ['a variable of another name', { hasura: { tenant: 'x' } }, /lower-case/],
    ['a variable that is a number', { hasura: { 'x-hasura-org': 7 } }, /as text/],
    ['a variable that is null', { hasura: { 'x-hasura-org': null } }, /as text/],
    ['a role that is not configured', { defaultRole: 'admin' }, /not among user, editor/],
    ['an allowed role that is not configured', { allowedRoles: ['user', 'admin'] }, /not among/],
    [
      'a default role that is not allowed',
      { allowedRoles: ['user'], defaultRole: 'editor' },
      /not among user\./,
    ],
    ['no allowed role', { allowedRoles: [] }, /at least one/],
    ['allowed roles as text', { allowedRoles: 'user' }, /array/],
    ['an allowed role that is a number', { allowedRoles: [7] }, /not among/],
  ])('%s', async (_what, result, sentence) => {
    await expect(answerOf(result)).rejects.toThrow(sentence);
  });

  it('anything that changes between the check and the signature', async () => {
    let reads = 0;
    const result = {
      get claims() {
        reads += 1;
        return reads > 1 ? { sub: 'somebody else' } : { plan: 'free' };
      },
    };
    expect((await answerOf(result)).claims).toEqual({ plan: 'free' });
  });
});

describe('a hook', () => {
  afterEach(() => void vi.useRealTimers());

  it('is given who signs in and where, frozen, and no credential', async () => {
    const given: unknown[] = [];
    await runHook((who) => void given.push(who), { ...input }, roles);
    expect(given).toEqual([input]);
    expect(Object.isFrozen(given[0])).toBe(true);
  });

  it('that throws fails with a sentence of Herald, not its own', async () => {
    const failing: ClaimsHook = () => {
      throw new Error('database password is hunter2');
    };
    await expect(runHook(failing, input, roles)).rejects.toThrow(/^The claims hook threw an error\.$/);
    await expect(runHook(() => Promise.reject(new Error('hunter2')), input, roles)).rejects.toThrow(
      /threw an error/,
    );
  });

  it('that does not answer fails after 5 seconds', async () => {
    vi.useFakeTimers();
    const waiting = expect(runHook(() => new Promise(() => {}), input, roles)).rejects.toThrow(
      /within 5 seconds/,
    );
    await vi.advanceTimersByTimeAsync(5_000);
    await waiting;
  });
});

describe("an operator's module", () => {
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'herald-hook-'));
  });
  afterAll(() => rm(folder, { recursive: true }));
  const file = async (name: string, text: string): Promise<string> => {
    const path = join(folder, name);
    await writeFile(path, text);
    return path;
  };

  it.each([
    ['an ES module', 'hook.mjs', 'export default async ({ username }) => ({ userId: username });'],
    ['a CommonJS module', 'hook.cjs', 'module.exports = ({ username }) => ({ userId: username });'],
  ])('may be %s', async (_what, name, text) => {
    const hook = await loadClaimsHook(await file(name, text));
    expect((await runHook(hook, input, roles)).userId).toBe('alice');
  });

  it.each([
    ['is not there', 'nowhere.mjs', undefined, /there is no file .*nowhere\.mjs/],
    ['exports no function', 'object.mjs', 'export default {};', /must export a function/],
    ['exports nothing', 'empty.mjs', '', /must export a function/],
    ['cannot be parsed', 'broken.mjs', 'export default (', /cannot be loaded/],
    [
      'throws while it is loaded',
      'throwing.mjs',
      'throw new Error("no configuration");',
      /cannot be loaded: no configuration/,
    ],
    [
      'imports what is not there',
      'importing.mjs',
      'import "./nowhere.mjs"; export default () => {};',
      /cannot be loaded/,
    ],
  ])('that %s is told at start', async (_what, name, text, sentence) => {
    const path = text === undefined ? join(folder, name) : await file(name, text);
    await expect(loadClaimsHook(path)).rejects.toThrow(sentence);
  });

  it('that never finishes loading is told at start', async () => {
    const path = await file('endless.mjs', 'await new Promise(() => {}); export default () => {};');
    vi.useFakeTimers();
    const refused = expect(loadClaimsHook(path)).rejects.toThrow(/did not finish loading within 10 seconds/);
    await vi.advanceTimersByTimeAsync(10_000);
    await refused;
  });
});
