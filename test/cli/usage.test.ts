import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { commands } from '../../src/cli/commands.ts';
import { createTestDatabase } from '../support/postgres.ts';
import { createHerald } from './herald.ts';

const database = await createTestDatabase();
const herald = createHerald({ DATABASE_URL: database.url });

describe('--help', () => {
  it('lists every command', async () => {
    const { code, output } = await herald('--help');
    expect(code).toBe(0);
    for (const { name } of commands) expect(output).toMatch(new RegExp(`^ {2}herald ${name}\\b`, 'm'));
  });

  it.each(commands.map(({ name }) => name))('explains %s and each of its options', async (name) => {
    const command = commands.find((candidate) => candidate.name === name);
    const { code, output } = await herald(...name.split(' '), '--help');
    expect(code).toBe(0);
    for (const option of Object.keys({ ...command?.options, ...command?.choice?.options }))
      expect(output).toMatch(new RegExp(`^ {2}--${option}\\b.*\\w\\.`, 'm'));
  });

  it('lists a group of commands', async () => {
    const { code, output } = await herald('posts', '--help');
    expect(code).toBe(0);
    expect(output).toContain('herald posts retry ID');
    expect(output).not.toContain('herald seal');
  });
});

describe('wrong use', () => {
  const id = '00000000-0000-4000-8000-000000000000';

  it.each([
    [['fly'], /herald has no command fly/, 'herald --help'],
    [['posts'], /needs more: list, show/, 'herald --help'],
    [['posts', 'delete', id], /herald has no command posts delete/, 'herald --help'],
    [['posts', 'show'], /needs ID/, 'herald posts show --help'],
    [['posts', 'show', id, id], /does not take/, 'herald posts show --help'],
    [['posts', 'list', id], /does not take/, 'herald posts list --help'],
    [['posts', 'list', '--limit', '0'], /from 1 to 100/, 'herald posts list --help'],
    [['posts', 'list', '--limit', '101'], /from 1 to 100/, 'herald posts list --help'],
    [['posts', 'list', '--limit', '5x'], /from 1 to 100/, 'herald posts list --help'],
    [['posts', 'list', '--state', 'LOST'], /--state knows SCHEDULED/, 'herald posts list --help'],
    [['posts', 'list', '--user', ''], /1 to 255 characters/, 'herald posts list --help'],
    [['posts', 'list', '--after', 'nonsense'], /--after is the cursor/, 'herald posts list --help'],
    [['posts', 'resolve', id], /takes one of --it-is-there, --send-it/, 'herald posts resolve --help'],
    [['posts', 'resolve', id, '--send-it', '--give-up'], /takes one of/, 'herald posts resolve --help'],
    [['posts', 'resolve', id, '--it-is-there'], /argument missing/, 'herald posts resolve --help'],
    [['pause', '--all', '--user', 'u'], /at most one of/, 'herald pause --help'],
    [['pause', '--account', '@alice'], /numeric id/, 'herald pause --help'],
    [['pause', '--reason', ' '], /--reason is/, 'herald pause --help'],
    [['resume', '--user', 'a\nb'], /1 to 255 characters/, 'herald resume --help'],
    [['recover'], /needs --since/, 'herald recover --help'],
    [['status', '--verbose'], /--verbose/, 'herald status --help'],
    [['keys'], /needs more: generate, list, rotate, retire, public/, 'herald --help'],
    [['keys', 'generate', 'FILE'], /does not take/, 'herald keys generate --help'],
    [['keys', 'list', 'a', 'b'], /does not take "b"/, 'herald keys list --help'],
    [['keys', 'list', '--reveal'], /--reveal/, 'herald keys list --help'],
    [['keys', 'rotate'], /needs --use/, 'herald keys rotate --help'],
    [
      ['keys', 'rotate', '--use', 'envelope', '--iss', ''],
      /--iss is the issuer/,
      'herald keys rotate --help',
    ],
    [['keys', 'retire'], /needs --kid/, 'herald keys retire --help'],
    [['keys', 'public', '--use', 'sign'], /--use/, 'herald keys public --help'],
    [['open', 'ENVELOPE'], /does not take/, 'herald open --help'],
    [['token', 'verify'], /needs --audience/, 'herald token verify --help'],
    [['token', 'verify', 'TOKEN', '--audience', 'a'], /does not take/, 'herald token verify --help'],
    [['doctor', 'me'], /does not take/, 'herald doctor --help'],
    [['init', '--keyring-file'], /argument missing/, 'herald init --help'],
    [['accounts', 'list', '--limit', '0'], /from 1 to 100/, 'herald accounts list --help'],
    [['accounts', 'revoke'], /needs --user/, 'herald accounts revoke --help'],
  ])('%j is told what is right', async (args, sentence, hint) => {
    const { code, output } = await herald(...args);
    expect(code).toBe(2);
    expect(output).toMatch(sentence);
    expect(output.endsWith(`\nTry: ${hint}\n`)).toBe(true);
  });

  it('is told to programs as JSON', async () => {
    const { code, body } = await herald.json('posts', 'show');
    expect(code).toBe(2);
    expect(body).toEqual({ error: 'herald posts show needs ID.', next: ['Try: herald posts show --help'] });
  });
});

describe('the configuration', () => {
  it('names a database', async () => {
    const { code, output } = await createHerald({})('posts', 'list');
    expect(code).toBe(1);
    expect(output).toMatch(/^No database is named\.\n\nNext: Set DATABASE_URL/);
  });

  it('is refused as a whole, like that of the service', async () => {
    const broken = createHerald({
      DATABASE_URL: 'mysql://me:canary@db/x',
      HERALD_WEBHOOK: 'x',
      PORT: 'many',
    });
    const { code, output } = await broken('posts', 'list');
    expect(code).toBe(1);
    for (const name of ['DATABASE_URL', 'HERALD_WEBHOOK', 'PORT']) expect(output).toContain(`  - ${name}: `);
  });

  it.each([
    ['nobody listens', 'postgres://me:canary@127.0.0.1:1/x', /ECONNREFUSED/],
    ['there is no such database', `${database.url}_no`, /does not exist/],
  ])('may name a database that cannot be used: %s', async (_what, url, sentence) => {
    const { code, output } = await createHerald({ DATABASE_URL: url })('pause', '--all');
    expect(code).toBe(1);
    expect(output).toMatch(sentence);
    expect(output).toContain('Next: Look whether it runs');
  });

  it('names a database address that is none, without what is in it', async () => {
    const url = 'postgres://me:canary@127.0.0.1:port/x';
    const { code, output } = await createHerald({ DATABASE_URL: url })('pause', '--all');
    expect(code).toBe(1);
    expect(output).toContain('  - DATABASE_URL: is no URL.');
  });

  it('is that of the shell, then .env, then what npm start left', async () => {
    const local = createHerald({});
    mkdirSync(join(local.folder, '.herald'));
    const leave = (file: string, content: string): void => writeFileSync(join(local.folder, file), content);
    leave('.herald/environment.json', JSON.stringify({ DATABASE_URL: database.url }));
    expect((await local('posts', 'list')).code).toBe(0);
    leave('database-url', 'postgres://me:canary@127.0.0.1:1/x');
    leave('.env', `DATABASE_URL_FILE=${join(local.folder, 'database-url')}\n`);
    expect((await local('posts', 'list')).output).toContain('ECONNREFUSED');
    const shell = createHerald({ DATABASE_URL: database.url });
    writeFileSync(join(shell.folder, '.env'), `DATABASE_URL_FILE=${join(local.folder, 'database-url')}\n`);
    expect((await shell('posts', 'list')).code).toBe(0);
  });
});
