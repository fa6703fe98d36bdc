import { pbkdf2Sync } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { EncryptJWT, importJWK, type JWK, SignJWT } from 'jose';
import { beforeAll, describe, expect, it } from 'vitest';
import { generateKeyring, loadKeyring, sealPair } from '../../src/credentials/index.ts';
import type { UserId } from '../../src/kernel/index.ts';
import { createHerald, type Herald } from './herald.ts';

let keyring: string;
let herald: Herald;
const inputs: Record<string, string> = {};

beforeAll(async () => {
  keyring = await generateKeyring(new Date('2026-01-31'));
  herald = createHerald({ HERALD_KEYRING: keyring });
  const passphrase = join(herald.folder, 'passphrase');
  writeFileSync(passphrase, 'correct horse');
  inputs.PASSPHRASE = passphrase;
  inputs.KEYRING = keyring;
  const pair = { accessToken: `42-${'canary'.padEnd(40, 'x')}`, accessTokenSecret: 'canary'.padEnd(45, 'y') };
  const expiresAt = new Date(Date.now() + 3_600_000);
  inputs.PAIR = JSON.stringify(pair);
  inputs.ENVELOPE = (
    await sealPair(await loadKeyring(keyring), pair, { userId: 'u' as UserId, expiresAt })
  ).accessToken;
  inputs.ENCRYPTED = await new EncryptJWT({ secret: 'canary' })
    .setProtectedHeader({ alg: 'dir', enc: 'A256GCM' })
    .encrypt(pbkdf2Sync('correct horse', 'salt', 2_000, 32, 'sha512'));
  const { keys } = JSON.parse(keyring) as { keys: JWK[] };
  const signing = keys.find(({ use }) => use === 'sign');
  if (signing === undefined) throw new Error('The keyring has a sign key.');
  inputs.TOKEN = await new SignJWT({ 'x-hasura-access-token': inputs.ENVELOPE })
    .setProtectedHeader({ alg: 'RS256', kid: String(signing.kid) })
    .setAudience('web')
    .setExpirationTime('10m')
    .sign(await importJWK({ ...signing, use: 'sig' }, 'RS256'));
});

describe('--json', () => {
  it.each([
    [['init'], undefined, 'variables'],
    [['keys', 'generate', '--use', 'rest'], 'KEYRING', 'keyring'],
    [['keys', 'rotate', '--use', 'cookie'], 'KEYRING', 'keyring'],
    [['keys', 'retire', '--kid', 'cookie-2026-01-31', '--emergency'], 'KEYRING', 'keyring'],
    [['keys', 'list'], undefined, 'keys'],
    [['keys', 'public'], undefined, 'keys'],
    [['keys', 'public', '--hasura'], undefined, 'key'],
    [['seal', '--user-id', 'u'], 'PAIR', 'x-hasura-access-token'],
    [['open'], 'ENVELOPE', 'claims'],
    [['open', '--pbkdf2', '--passphrase-file', 'PASSPHRASE'], 'ENCRYPTED', 'claims'],
    [['token', 'verify', '--audience', 'web'], 'TOKEN', 'claims'],
  ])('makes %j print one object on one line, and nothing beside it', async (args, input, field) => {
    const words = args.map((word) => inputs[word] ?? word);
    const { code, stdout, stderr } = await createHerald(
      input === 'KEYRING' ? {} : { HERALD_KEYRING: keyring },
    ).given({ input: inputs[input ?? ''] ?? '' }, ...words, '--json');
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toMatch(/^\{.*\}\n$/);
    expect(JSON.parse(stdout)).toHaveProperty([field]);
  });

  it.each([
    [['init'], undefined],
    [['keys', 'generate', '--use', 'rest'], 'KEYRING'],
    [['keys', 'rotate', '--use', 'cookie'], 'KEYRING'],
    [['keys', 'retire', '--kid', 'cookie-2026-01-31', '--emergency'], 'KEYRING'],
  ])('does not make %j show a secret on a terminal', async (args, input) => {
    const given = { input: inputs[input ?? ''] ?? '', terminal: true };
    const { code, stdout, stderr } = await herald.given(given, ...args, '--json');
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(JSON.parse(stderr)).toHaveProperty('error');
  });
});
