import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';

const root = fileURLToPath(new URL('../../', import.meta.url));

/** In a process of its own: what vitest loads goes through Vite, and its console is not the process's. */
const run = (script: string, ...parameters: string[]) =>
  promisify(execFile)(
    process.execPath,
    ['--import', 'tsx', '--input-type=module', '-e', script, ...parameters],
    {
      cwd: root,
    },
  );

it('Node.js loads the issuer without a word, and hooks of both kinds from any path', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'herald hook #'));
  try {
    const esm = join(folder, 'es module.mjs');
    const cjs = join(folder, 'common#js.cjs');
    await writeFile(esm, 'export default ({ username }) => ({ userId: "es " + username });');
    await writeFile(cjs, 'module.exports = ({ username }) => ({ userId: "cjs " + username });');
    const script = `
      import { loadClaimsHook } from './src/issuer/index.ts';
      for (const path of process.argv.slice(1)) {
        const hook = await loadClaimsHook(path);
        process.stdout.write(hook({ username: 'alice' }).userId + ', ');
      }`;
    expect(await run(script, esm, cjs)).toEqual({ stdout: 'es alice, cjs alice, ', stderr: '' });
  } finally {
    await rm(folder, { recursive: true });
  }
});
