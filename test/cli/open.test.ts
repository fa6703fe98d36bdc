import { pbkdf2Sync } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { CompactEncrypt, EncryptJWT } from 'jose';
import { beforeAll, describe, expect, it } from 'vitest';
import { run } from '../../src/cli/run.ts';
import { generateKeyring, loadKeyring, sealPair } from '../../src/credentials/index.ts';
import type { UserId } from '../../src/kernel/index.ts';
import { createHerald, type Herald } from './herald.ts';

const accessToken = `42-${'canary'.padEnd(40, 'x')}`;
let keyring: string;
let envelope: string;
let herald: Herald;

beforeAll(async () => {
  keyring = await generateKeyring(new Date('2026-01-31'), ['envelope', 'rest']);
  herald = createHerald({ HERALD_KEYRING: keyring });
  const pair = { accessToken, accessTokenSecret: 'canary'.padEnd(45, 'y') };
  const expiresAt = new Date(Date.now() + 3_600_000);
  envelope = (await sealPair(await loadKeyring(keyring), pair, { userId: 'user-7' as UserId, expiresAt }))
    .accessToken;
});

describe('herald open', () => {
  it('shows the key and the claims, and not the credential', async () => {
    const { code, output } = await herald.given({ input: `${envelope}\n` }, 'open');
    expect(code).toBe(0);
    expect(output).toContain('Key envelope-2026-01-31, dir, active\n');
    expect(output).toMatch(/ {2}sub +user-7\n/);
    expect(output).toMatch(/ {2}pur +x\.access_token\n/);
    expect(output).toMatch(/ {2}exp +\d+ \(\d{4}-.*Z\)\n/);
    expect(output).toContain('credential  43 characters, shown with --reveal');
    expect(output).toContain('Herald takes it in a session of user-7');
    const json = await herald.given({ input: envelope }, 'open', '--json');
    expect(JSON.parse(json.stdout)).toMatchObject({
      kid: 'envelope-2026-01-31',
      credential: null,
      credentialLength: 43,
    });
  });

  it('shows the credential with --reveal', async () => {
    const input = new PassThrough();
    input.end(envelope);
    const surroundings = { shell: { HERALD_KEYRING: keyring }, folder: herald.folder, input };
    const { output } = await run(['open', '--reveal'], {
      ...surroundings,
      outputIsTerminal: true,
      tell: () => {},
    });
    expect(output).toContain(accessToken);
  });

  it('says why Herald would refuse it', async () => {
    const pair = { accessToken, accessTokenSecret: 'x' };
    const past = new Date(Date.now() - 3_600_000);
    const old = await sealPair(await loadKeyring(keyring), pair, { userId: 'u' as UserId, expiresAt: past });
    const { code, output } = await herald.given({ input: old.accessToken }, 'open');
    expect(code).toBe(0);
    expect(output).toMatch(/Herald refuses it now: ERR_JWT_EXPIRED/);
  });

  it.each([
    ['nothing', '', /Standard input is empty/],
    ['what is no envelope', 'canary', /does not open: format/],
    ['an envelope of another keyring', 'OTHER', /does not open: kid/],
  ])('refuses %s', async (_what, input, sentence) => {
    const other = createHerald({
      HERALD_KEYRING: await generateKeyring(new Date('2026-02-28'), ['envelope', 'rest']),
    });
    const { code, output } = await other.given({ input: input === 'OTHER' ? envelope : input }, 'open');
    expect({ code, output }).toEqual({ code: 1, output: expect.stringMatching(sentence) });
  });
});

/** As the article makes it. */
const articleToken = (passphrase: string, claims: Record<string, unknown>): Promise<string> =>
  new EncryptJWT(claims)
    .setProtectedHeader({ alg: 'dir', enc: 'A256GCM' })
    .encrypt(pbkdf2Sync(passphrase, 'salt', 2_000, 32, 'sha512'));

describe('herald open --pbkdf2', () => {
  const passphrase = 'correct horse';
  let path: string;
  let token: string;
  beforeAll(async () => {
    path = join(herald.folder, 'passphrase');
    writeFileSync(path, `${passphrase}\n`);
    token = await articleToken(passphrase, { sub: 'alice', secret: 'canary', iat: 1_700_000_000 });
  });

  it('opens a token with the passphrase of a file, and shows what is not secret', async () => {
    const { code, output } = await herald.given(
      { input: token },
      'open',
      '--pbkdf2',
      '--passphrase-file',
      path,
    );
    expect(code).toBe(0);
    expect(output).toMatch(/ {2}sub +alice\n/);
    expect(output).toMatch(/ {2}secret +shown with --reveal\n/);
    expect(output).not.toContain(passphrase);
  });

  it('asks a terminal, and switches its echo off for the passphrase', async () => {
    const modes: boolean[] = [];
    const told: string[] = [];
    const input = Object.assign(new PassThrough(), {
      isTTY: true,
      setRawMode: (isRaw: boolean) => {
        modes.push(isRaw);
        if (isRaw) input.write(`wrong${'\u007f'.repeat(5)}${passphrase}\r`);
      },
    });
    input.write(`${token}\n`);
    const { code, output } = await run(['open', '--pbkdf2'], {
      shell: {},
      folder: herald.folder,
      input,
      outputIsTerminal: true,
      tell: (line) => void told.push(line),
    });
    expect({ code, modes }).toEqual({ code: 0, modes: [true, false] });
    expect(told).toEqual(['Paste the token, then press Enter.', 'Type the passphrase; it is not shown.']);
    expect(output).not.toContain(passphrase);
  });

  it('leaves the terminal as it was when it is given up', async () => {
    const modes: boolean[] = [];
    const input = Object.assign(new PassThrough(), {
      isTTY: true,
      setRawMode: (isRaw: boolean) => {
        modes.push(isRaw);
        if (isRaw) input.write('\u0003');
      },
    });
    input.write(`${token}\n`);
    const surroundings = { shell: {}, folder: herald.folder, input, outputIsTerminal: true, tell: () => {} };
    const { code, error } = await run(['open', '--pbkdf2'], surroundings);
    expect({ code, error, modes }).toEqual({ code: 1, error: 'Nothing was typed.\n', modes: [true, false] });
  });

  it.each([
    ['another passphrase', 'TOKEN', ['--passphrase-file', 'OTHER'], 1, /It does not open/],
    ['what is no token', 'canary', ['--passphrase-file', 'PATH'], 1, /no compact JWE/],
    ['no passphrase', 'TOKEN', [], 1, /asked for on a terminal/],
    ['a file that is not there', 'TOKEN', ['--passphrase-file', '/nowhere/at/all'], 1, /There is no file/],
  ])('refuses %s', async (_what, input, options, expected, sentence) => {
    const other = join(herald.folder, 'other');
    writeFileSync(other, 'another one');
    const names: Record<string, string> = { PATH: path, OTHER: other };
    const args = options.map((option) => names[option] ?? option);
    const given = { input: input === 'TOKEN' ? token : input };
    const { code, output } = await herald.given(given, 'open', '--pbkdf2', ...args);
    expect({ code, output }).toEqual({ code: expected, output: expect.stringMatching(sentence) });
  });

  it('takes no passphrase from the command line, and no file without --pbkdf2', async () => {
    expect((await herald('open', '--pbkdf2', '--passphrase', passphrase)).code).toBe(2);
    expect((await herald('open', '--passphrase-file', path)).code).toBe(2);
  });

  it('opens no token of another algorithm', async () => {
    const key = pbkdf2Sync(passphrase, 'salt', 2_000, 32, 'sha512');
    const wrapped = await new CompactEncrypt(Buffer.from('{}'))
      .setProtectedHeader({ alg: 'A256KW', enc: 'A128CBC-HS256' })
      .encrypt(key);
    const { code } = await herald.given({ input: wrapped }, 'open', '--pbkdf2', '--passphrase-file', path);
    expect(code).toBe(1);
  });
});
