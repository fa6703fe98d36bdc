import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const root = fileURLToPath(new URL('../../', import.meta.url));
const tsc = join(root, 'node_modules/typescript/bin/tsc');
const folder = mkdtempSync(join(tmpdir(), 'herald-client-'));
const installed = join(folder, 'app/node_modules/herald-client');
let packed: readonly string[] = [];

/** Packed as its readme says, in a copy, and unpacked where npm would put it. */
beforeAll(() => {
  cpSync(join(root, 'client'), join(folder, 'client'), {
    recursive: true,
    filter: (path) => !path.endsWith('/dist'),
  });
  cpSync(join(root, 'tsconfig.json'), join(folder, 'tsconfig.json'));
  symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'));
  execFileSync('npm', ['pack', '--silent'], { cwd: join(folder, 'client'), stdio: 'pipe' });
  mkdirSync(installed, { recursive: true });
  const archive = join(folder, 'client/herald-client-0.1.0.tgz');
  execFileSync('tar', ['-xzf', archive, '-C', installed, '--strip-components=1']);
  packed = execFileSync('tar', ['-tzf', archive], { encoding: 'utf8' }).trim().split('\n');
}, 60_000);
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('the package', () => {
  it('holds what is needed and depends on nothing', () => {
    expect(packed.filter((path) => !path.startsWith('package/dist/')).sort()).toEqual([
      'package/LICENSE',
      'package/README.md',
      'package/package.json',
    ]);
    const manifest: Record<string, unknown> = JSON.parse(
      readFileSync(join(installed, 'package.json'), 'utf8'),
    );
    for (const kind of ['dependencies', 'peerDependencies', 'optionalDependencies', 'devDependencies'])
      expect(manifest[kind]).toBeUndefined();
    for (const path of packed.filter((name) => /\.(js|d\.ts)$/.test(name))) {
      const source = readFileSync(join(installed, path.replace('package/', '')), 'utf8');
      for (const [, target = ''] of source.matchAll(/\bfrom ['"]([^'"]+)['"]/g))
        expect(target).toMatch(/^\.\//);
    }
  });

  it('is imported by a program that has nothing but it', () => {
    const program = `
      import { gesture, PostTweetDocument, problemOf } from 'herald-client';
      const input = gesture(() => 'key').keyed({ text: 'Hello' });
      console.log(PostTweetDocument.text.split('(')[0], JSON.stringify(input), problemOf(new Error('down')).accepted);`;
    writeFileSync(join(folder, 'app/main.mjs'), program);
    const output = execFileSync(process.execPath, ['main.mjs'], {
      cwd: join(folder, 'app'),
      encoding: 'utf8',
    });
    expect(output).toBe('mutation PostTweet {"text":"Hello","idempotencyKey":"key"} unknown\n');
  });

  it('brings its types, without any library to check', () => {
    const program = `
      import { PostTweetDocument, type ResultOf, type VariablesOf } from 'herald-client';
      const variables: VariablesOf<typeof PostTweetDocument> = { input: { text: 'Hello' } };
      export const stateOf = (result: ResultOf<typeof PostTweetDocument>): string => result.postTweet.state + variables.input.text;`;
    writeFileSync(join(folder, 'app/main.ts'), program);
    const flags = [
      '--strict',
      '--noEmit',
      '--ignoreConfig',
      '--skipLibCheck',
      'false',
      '--types',
      '',
      '--lib',
      'es2022,dom',
    ];
    const resolution = ['--module', 'esnext', '--moduleResolution', 'bundler', '--target', 'es2022'];
    const check = () =>
      execFileSync(process.execPath, [tsc, ...flags, ...resolution, 'main.ts'], {
        cwd: join(folder, 'app'),
        encoding: 'utf8',
      });
    expect(check()).toBe('');
  });
});

describe('the examples of docs/frontend.md', () => {
  it('compile', () => {
    const check = () =>
      execFileSync(process.execPath, [tsc, '--noEmit', '-p', 'docs/examples/frontend'], {
        cwd: root,
        encoding: 'utf8',
      });
    expect(check()).toBe('');
  });
});
