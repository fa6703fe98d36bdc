import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, it } from 'vitest';
import { findFile, replaceFile } from '../../src/cli/replace-file.ts';
import { generateKeyring } from '../../src/credentials/index.ts';
import { startProcess } from '../support/processes.ts';

const folder = mkdtempSync(join(tmpdir(), 'herald-replace-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const main = fileURLToPath(new URL('../../src/cli/main.ts', import.meta.url));

/** Kills its own process in the place of one call of node:fs. */
const killAt = (call: string): string =>
  `data:text/javascript,${encodeURIComponent(
    `import fs from 'node:fs'; import { syncBuiltinESMExports } from 'node:module';
     fs.${call} = () => process.kill(process.pid, 'SIGKILL'); syncBuiltinESMExports();`,
  )}`;

describe('a file that is replaced', () => {
  it.each(['fsyncSync', 'chmodSync', 'renameSync'])(
    'is the old one when the process dies at %s',
    async (call) => {
      const path = join(folder, `${call}.json`);
      const old = await generateKeyring(new Date('2026-01-31'), ['envelope', 'rest']);
      writeFileSync(path, old, { mode: 0o600 });
      const args = ['--import', import.meta.resolve('tsx'), '--import', killAt(call), main];
      const child = startProcess(
        process.execPath,
        [...args, 'keys', 'rotate', '--use', 'rest', '--in-place', path],
        {
          env: { PATH: process.env.PATH },
          cwd: folder,
        },
      );
      expect(await child.waitForExit()).toEqual({ code: null, signal: 'SIGKILL' });
      expect(readFileSync(path, 'utf8')).toBe(old);
    },
  );

  it('is left alone when somebody else changed it meanwhile', () => {
    const path = join(folder, 'changed.json');
    writeFileSync(path, 'one');
    const found = findFile(path);
    if (found === undefined) throw new Error('There is a file.');
    writeFileSync(path, 'two');
    expect(() => replaceFile(found, 'three')).toThrow(/changed meanwhile/);
    expect(readFileSync(path, 'utf8')).toBe('two');
    expect(readdirSync(folder).filter((name) => name.startsWith('.changed'))).toEqual([]);
  });

  it('stays when its folder takes no new file', () => {
    const found = { path: join(folder, 'nowhere', 'x.json'), text: '', stats: findStats() };
    expect(() => replaceFile(found, 'x')).toThrow(/cannot be replaced \(ENOENT\)/);
  });
});

const findStats = () => {
  const path = join(folder, 'stats');
  writeFileSync(path, '');
  const found = findFile(path);
  if (found === undefined) throw new Error('There is a file.');
  return found.stats;
};
