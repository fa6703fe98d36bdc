import {
  chmodSync,
  lstatSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { generateKeyring, loadKeyring } from '../../src/credentials/index.ts';
import { createHerald } from './herald.ts';

interface Key {
  readonly kid: string;
  readonly use: string;
  readonly status: string;
  readonly alg: string;
  readonly k?: string;
  readonly d?: string;
}

const herald = createHerald({});
const day = new Date().toISOString().slice(0, 10);
const keysIn = (json: string): readonly Key[] => (JSON.parse(json) as { keys: Key[] }).keys;
const materialOf = (json: string): string[] =>
  keysIn(json).flatMap(({ k, d }) => [k, d].filter((part) => part !== undefined));
const stateOf = (json: string): Record<string, string> =>
  Object.fromEntries(keysIn(json).map(({ kid, status }) => [kid, status]));

/** Without a sign key: it takes long to make. */
let keyring: string;
beforeAll(async () => {
  keyring = await generateKeyring(new Date('2026-01-31'), ['envelope', 'rest', 'cookie']);
});

const file = (name: string, content: string): string => {
  const path = join(herald.folder, name);
  writeFileSync(path, content, { mode: 0o600 });
  return path;
};

describe('herald keys generate', () => {
  it('prints a whole keyring that Herald loads, and the words beside it', async () => {
    const { code, stdout, stderr } = await herald('keys', 'generate');
    expect(code).toBe(0);
    const loaded = await loadKeyring(stdout);
    expect([
      loaded.envelopeKeys.size,
      loaded.restKeys.size,
      loaded.signKeys.length,
      loaded.cookieKeys.length,
    ]).toEqual([1, 1, 1, 1]);
    expect(stderr).toContain(`Made key sign-${day}: use sign, alg RS256, active.`);
    expect(stderr).toContain('Next: ');
    for (const secret of materialOf(stdout)) expect(stderr).not.toContain(secret);
  });

  it('adds one key to the keyring on standard input and keeps the others', async () => {
    const { code, stdout, stderr } = await herald.given(
      { input: keyring },
      'keys',
      'generate',
      '--use',
      'rest',
    );
    expect(code).toBe(0);
    expect(keysIn(stdout).slice(0, 3)).toEqual(keysIn(keyring));
    expect(stateOf(stdout)).toMatchObject({ 'rest-2026-01-31': 'active', [`rest-${day}`]: 'open' });
    expect(stderr).toContain('herald keys rotate --use rest');
  });

  it('makes a key for an outside issuer, and says where its public half is', async () => {
    const args = [
      'keys',
      'generate',
      '--new',
      '--use',
      'envelope',
      '--alg',
      'ECDH-ES',
      '--iss',
      'https://tenant.example/',
    ];
    const { code, stdout, stderr } = await herald(...args);
    expect(code).toBe(0);
    expect(keysIn(stdout)).toEqual([
      expect.objectContaining({ alg: 'ECDH-ES', iss: 'https://tenant.example/', status: 'active' }),
    ]);
    expect(stderr).toContain('herald keys public');
  });

  it('prints one object with --json', async () => {
    const { code, stdout, stderr } = await herald('keys', 'generate', '--use', 'cookie', '--json');
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(JSON.parse(stdout)).toMatchObject({
      file: null,
      changed: [{ kid: `cookie-${day}`, use: 'cookie', alg: 'HS256', status: 'active' }],
      keyring: { keys: [{ kid: `cookie-${day}` }] },
      next: expect.arrayContaining([expect.stringContaining('restart')]),
    });
  });

  it.each([[[]], [['--json']], [['--use', 'rest', '--new']]])(
    'refuses a terminal with %j, and shows it with --reveal',
    async (options) => {
      const args = ['keys', 'generate', '--use', 'cookie', ...options];
      const refused = await herald.given({ terminal: true }, ...args);
      expect(refused).toMatchObject({ code: 1, stdout: '' });
      expect(refused.output).toMatch(/umask 077/);
      expect((await herald.given({ terminal: true }, ...args, '--reveal')).stdout).toContain('"k":');
    },
  );

  it.each([
    ['a keyring and no --use', { input: 'KEYRING' }, [], 1, /--use which key to add/],
    ['what is no keyring', { input: '{"canary": 1}' }, ['--use', 'rest'], 1, /must be JSON of the form/],
    [
      'a second active key',
      { input: 'KEYRING' },
      ['--use', 'rest', '--status', 'active'],
      1,
      /active already/,
    ],
    ['another use', {}, ['--use', 'door'], 2, /--use knows envelope/],
    ['another status', {}, ['--use', 'rest', '--status', 'retired'], 2, /active or open/],
    ['another algorithm', {}, ['--use', 'rest', '--alg', 'dir'], 1, /must be A256GCM/],
    ['--iss without --use', {}, ['--iss', 'x'], 2, /--use says which/],
  ])('refuses %s', async (_what, { input }: { input?: string }, options, expected, sentence) => {
    const standard = input === undefined ? {} : { input: input === 'KEYRING' ? keyring : input };
    const { code, output } = await herald.given(standard, 'keys', 'generate', ...options);
    expect({ code, output }).toEqual({ code: expected, output: expect.stringMatching(sentence) });
  });
});

describe('--in-place', () => {
  it('changes the file, keeps its mode, and prints no key', async () => {
    const path = file('in-place.json', `${keyring}\n`);
    chmodSync(path, 0o640);
    const { code, stdout } = await herald.given(
      { terminal: true },
      'keys',
      'generate',
      '--use',
      'rest',
      '--in-place',
      path,
    );
    expect(code).toBe(0);
    expect(stdout).toContain(`${path} is changed.`);
    for (const secret of materialOf(readFileSync(path, 'utf8'))) expect(stdout).not.toContain(secret);
    expect(keysIn(readFileSync(path, 'utf8'))).toHaveLength(4);
    expect(statSync(path).mode & 0o777).toBe(0o640);
    expect(readdirSync(herald.folder).filter((name) => name.startsWith('.in-place'))).toEqual([]);
  });

  it('follows a link and leaves it one', async () => {
    const path = file('linked.json', keyring);
    symlinkSync(path, join(herald.folder, 'link.json'));
    await herald('keys', 'generate', '--use', 'rest', '--in-place', join(herald.folder, 'link.json'));
    expect(keysIn(readFileSync(path, 'utf8'))).toHaveLength(4);
    expect(lstatSync(join(herald.folder, 'link.json')).isSymbolicLink()).toBe(true);
  });

  it('makes a file that only its owner reads, and never replaces a keyring', async () => {
    const path = join(herald.folder, 'made.json');
    expect((await herald('keys', 'generate', '--use', 'cookie', '--in-place', path)).code).toBe(0);
    expect(statSync(path).mode & 0o777).toBe(0o600);
    const before = readFileSync(path, 'utf8');
    for (const options of [[], ['--new'], ['--new', '--use', 'rest']]) {
      const { code, output } = await herald('keys', 'generate', ...options, '--in-place', path);
      expect(code).toBe(1);
      expect(output).toContain('has a keyring already');
    }
    expect(readFileSync(path, 'utf8')).toBe(before);
  });

  it.each(['rotate', 'retire'])('says that there is no file to %s', async (what) => {
    const option = what === 'rotate' ? ['--use', 'rest'] : ['--kid', 'x'];
    const { code, output } = await herald(
      'keys',
      what,
      ...option,
      '--in-place',
      join(herald.folder, 'none.json'),
    );
    expect(code).toBe(1);
    expect(output).toContain('There is no file');
  });
});

describe('herald keys rotate', () => {
  it('promotes the key that was added as open', async () => {
    const added = (await herald.given({ input: keyring }, 'keys', 'generate', '--use', 'rest')).stdout;
    const { code, stdout, stderr } = await herald.given({ input: added }, 'keys', 'rotate', '--use', 'rest');
    expect(code).toBe(0);
    expect(stateOf(stdout)).toMatchObject({ 'rest-2026-01-31': 'open', [`rest-${day}`]: 'active' });
    expect(stderr).not.toContain('They do not know');
    expect(stderr).toContain('seal what is stored anew: herald keys rotate --use rest');
    expect(stderr).toContain('herald keys retire --kid rest-2026-01-31');
  });

  it('makes a key when none was added, and warns', async () => {
    const { code, stdout, stderr } = await herald.given(
      { input: keyring },
      'keys',
      'rotate',
      '--use',
      'cookie',
    );
    expect(code).toBe(0);
    expect(stateOf(stdout)).toMatchObject({ 'cookie-2026-01-31': 'open', [`cookie-${day}`]: 'active' });
    expect(stderr).toContain(`They do not know cookie-${day} yet`);
    expect(stderr).toContain('Wait 24 hours');
  });

  it.each([
    [['--use', 'cookie'], 1, /no keyring on standard input/],
    [['--use', 'rest', '--iss', 'x'], 1, /no keyring on standard input/],
    [['--use', 'rest'], 1, /There is no keyring\./],
    [[], 2, /needs --use/],
  ])('refuses %j without a keyring', async (options, expected, sentence) => {
    const { code, output } = await herald('keys', 'rotate', ...options);
    expect({ code, output }).toEqual({ code: expected, output: expect.stringMatching(sentence) });
  });

  it('refuses a terminal', async () => {
    const args = ['keys', 'rotate', '--use', 'rest'];
    expect(await herald.given({ input: keyring, terminal: true }, ...args)).toMatchObject({
      code: 1,
      stdout: '',
    });
    expect((await herald.given({ input: keyring, terminal: true }, ...args, '--reveal')).code).toBe(0);
  });
});

describe('as a process', () => {
  it('takes a keyring from a pipe', async () => {
    const { code, output } = await herald.piped(keyring, 'keys', 'rotate', '--use', 'cookie', '--json');
    expect(code).toBe(0);
    const { keyring: rotated } = JSON.parse(output) as { keyring: unknown };
    expect(stateOf(JSON.stringify(rotated))).toMatchObject({ [`cookie-${day}`]: 'active' });
  });

  it('does not wait for ever where nothing comes', async () => {
    const configured = createHerald({ HERALD_KEYRING_FILE: file('silent.json', keyring) });
    const { code, output } = await configured.process('keys', 'list');
    expect(code).toBe(0);
    expect(output).toContain('Waiting for a keyring on standard input.');
    expect(output).toContain('envelope-2026-01-31');
  });
});

describe('herald keys retire', () => {
  const retire = (input: string, ...options: string[]) =>
    herald.given({ input }, 'keys', 'retire', '--kid', ...options);

  it('drops the material of an open key and keeps its name', async () => {
    const rotated = (await herald.given({ input: keyring }, 'keys', 'rotate', '--use', 'envelope')).stdout;
    const { code, stdout, stderr } = await retire(rotated, 'envelope-2026-01-31');
    expect(code).toBe(0);
    expect(keysIn(stdout)[0]).toEqual({
      kid: 'envelope-2026-01-31',
      use: 'envelope',
      alg: 'dir',
      status: 'retired',
    });
    expect(stderr).toContain('CREDENTIALS_INVALID');
  });

  it('refuses the only active key, unless it is an emergency: then another takes its place', async () => {
    const refused = await retire(keyring, 'envelope-2026-01-31');
    expect(refused).toMatchObject({ code: 1, stdout: '' });
    const { code, stdout } = await retire(keyring, 'envelope-2026-01-31', '--emergency');
    expect(code).toBe(0);
    expect(stateOf(stdout)).toMatchObject({
      'envelope-2026-01-31': 'retired',
      [`envelope-${day}`]: 'active',
    });
    await expect(loadKeyring(stdout)).resolves.toBeDefined();
  });

  it('says when stored values could not be counted', async () => {
    const rotated = (await herald.given({ input: keyring }, 'keys', 'rotate', '--use', 'rest')).stdout;
    const { code, stderr } = await retire(rotated, 'rest-2026-01-31');
    expect(code).toBe(0);
    expect(stderr).toContain('was not counted: no DATABASE_URL is set');
  });

  it('refuses a name that is not there', async () => {
    const { code, output } = await retire(keyring, 'nobody');
    expect({ code, output }).toEqual({ code: 1, output: expect.stringContaining('no key nobody') });
  });
});

describe('herald keys list and public', () => {
  it('show no key material, from a file, standard input or the configuration', async () => {
    const path = file('shown.json', keyring);
    const configured = createHerald({ HERALD_KEYRING_FILE: path });
    const outcomes = [
      await herald('keys', 'list', path),
      await herald.given({ input: keyring, terminal: true }, 'keys', 'list'),
      await configured('keys', 'list'),
      await configured('keys', 'list', '--json'),
    ];
    for (const { code, output } of outcomes) {
      expect(code).toBe(0);
      expect(output).toContain('envelope-2026-01-31');
      for (const secret of materialOf(keyring)) expect(output).not.toContain(secret);
    }
    expect(outcomes[2]?.output).toContain(`Keyring: ${path}`);
  });

  it('print the public halves, and nothing private', async () => {
    const withCurve = (
      await herald.given(
        { input: keyring },
        'keys',
        'generate',
        '--use',
        'envelope',
        '--iss',
        'https://tenant.example/',
      )
    ).stdout;
    const withSign = (await herald.given({ input: withCurve }, 'keys', 'generate', '--use', 'sign')).stdout;
    const { code, stdout } = await herald.given({ input: withSign, terminal: true }, 'keys', 'public');
    expect(code).toBe(0);
    const { keys } = JSON.parse(stdout) as { keys: Record<string, unknown>[] };
    expect(keys.map(({ kty, alg, use }) => [kty, alg, use])).toEqual([
      ['RSA', 'RS256', 'sig'],
      ['EC', 'ECDH-ES', 'enc'],
    ]);
    for (const secret of materialOf(withSign)) expect(stdout).not.toContain(secret);

    const engine = createHerald({
      HERALD_PUBLIC_URL: 'https://herald.example.org',
      HERALD_CLIENTS: '[{"id":"web","redirectUris":["https://app.example.org/cb"],"audience":"app"}]',
    });
    const secret = await engine.given({ input: withSign }, 'keys', 'public', '--hasura');
    expect(secret.code).toBe(0);
    expect(JSON.parse(secret.stdout)).toMatchObject({
      type: 'RS256',
      key: expect.stringMatching(/^-----BEGIN PUBLIC KEY-----/),
      issuer: 'https://herald.example.org',
      audience: ['app'],
    });
    expect(secret.stderr).toContain("engine's HASURA_GRAPHQL_JWT_SECRET");
  });

  it('say that there is nothing to print', async () => {
    const { code, output } = await herald.given({ input: keyring }, 'keys', 'public');
    expect({ code, output }).toEqual({
      code: 1,
      output: expect.stringContaining('no key with a public half'),
    });
    expect((await herald('keys', 'list')).code).toBe(1);
    expect((await herald('keys', 'list', join(herald.folder, 'none.json'))).output).toContain(
      'There is no file',
    );
  });
});
