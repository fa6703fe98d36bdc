import { describe, expect, it } from 'vitest';
import { HeraldError, Secret } from '../../src/kernel/index.ts';
import { createWebhookCheck, openSession } from '../../src/session/index.ts';

const codeOf = (run: () => unknown): string => {
  try {
    run();
  } catch (error) {
    return error instanceof HeraldError ? error.code : `a bug: ${String(error)}`;
  }
  return 'no error';
};

describe('the webhook check', () => {
  const isHasura = createWebhookCheck([new Secret('new-secret'), new Secret('old-secret')]);

  it('admits each of two active secrets', () => {
    expect(isHasura('new-secret')).toBe(true);
    expect(isHasura('old-secret')).toBe(true);
  });

  it.each([
    undefined,
    '',
    ' ',
    'new-secre',
    'new-secret ',
    'NEW-SECRET',
    'new-secret, old-secret',
    'new-secret\0',
  ])('refuses %j', (candidate) => {
    expect(isHasura(candidate)).toBe(false);
  });

  it('never matches an empty secret, even if one were active', () => {
    expect(createWebhookCheck([new Secret('')])('')).toBe(false);
  });
});

describe('a session', () => {
  const alice = { 'x-hasura-role': 'user', 'x-hasura-user-id': 'twitter|1' };

  it('is read without regard to the case of names, and ignores names it does not know', () => {
    const session = openSession(
      { 'X-Hasura-Role': 'user', 'X-HASURA-USER-ID': '42', 'x-hasura-org': 'acme' },
      ['user'],
    );
    expect(session).toEqual({ userId: '42', role: 'user', xUserId: undefined, envelopes: undefined });
  });

  it.each([
    ['admin', { ...alice, 'x-hasura-role': 'admin' }],
    ['an unlisted role', { ...alice, 'x-hasura-role': 'anonymous' }],
    ['no role', { 'x-hasura-user-id': 'twitter|1' }],
    ['no variables at all', {}],
    ['no user id', { 'x-hasura-role': 'user' }],
    ['an empty user id', { ...alice, 'x-hasura-user-id': '' }],
    ['a look-alike with underscores', { 'x-hasura-role': 'user', x_hasura_user_id: 'twitter|1' }],
  ])('is refused as ROLE_NOT_ALLOWED for %s', (_what, variables) => {
    expect(codeOf(() => openSession(variables, ['user']))).toBe('ROLE_NOT_ALLOWED');
  });

  it('says what to send instead of admin', () => {
    expect(() => openSession({ ...alice, 'x-hasura-role': 'admin' }, ['user'])).toThrow(
      /Herald never posts as admin.*x-hasura-role: user and x-hasura-user-id/,
    );
  });

  it.each([
    ['a number as user id', { ...alice, 'x-hasura-user-id': 42 }],
    ['an array as role', { ...alice, 'x-hasura-role': ['user'] }],
    ['a user id given twice', { ...alice, 'X-Hasura-User-Id': 'twitter|2' }],
    ['an X user id that is no number', { ...alice, 'x-hasura-x-user-id': 'alice' }],
  ])('is refused as INVALID_REQUEST for %s', (_what, variables) => {
    expect(codeOf(() => openSession(variables, ['user']))).toBe('INVALID_REQUEST');
  });

  it.each([
    ['one envelope without the other', { ...alice, 'x-hasura-access-token': 'a.b.c.d.e' }],
    [
      'an array as envelope',
      { ...alice, 'x-hasura-access-token': ['a'], 'x-hasura-access-token-secret': 'b' },
    ],
    ['a null envelope', { ...alice, 'x-hasura-access-token': null, 'x-hasura-access-token-secret': null }],
  ])('is refused as CREDENTIALS_INVALID for %s', (_what, variables) => {
    expect(codeOf(() => openSession(variables, ['user']))).toBe('CREDENTIALS_INVALID');
  });
});
