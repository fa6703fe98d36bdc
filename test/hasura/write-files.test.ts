import {
  chmodSync,
  existsSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { type Files, finishInterrupted, MetadataProblem, writeFiles } from '../../src/hasura/index.ts';
import { startScript } from '../support/processes.ts';
import { createFolder, readFolder } from './projects.ts';

const before: Files = new Map([
  ['a.yaml', 'a: 1\n'],
  ['gone/b.yaml', 'b: 1\n'],
  ['same.yaml', 'same: 1\n'],
]);
const after: Files = new Map([
  ['a.yaml', 'a: 2\n'],
  ['same.yaml', 'same: 1\n'],
  ['new/c.yaml', 'c: 1\n'],
  ['new/d.yaml', 'd: 1\n'],
]);
const seen = (files: Files): Record<string, string> => Object.fromEntries([...files].sort());
const MOVES = 4;

describe('writing', () => {
  it('makes the one of the other, and leaves nothing beside', () => {
    const folder = createFolder(before);
    chmodSync(join(folder, 'a.yaml'), 0o640);
    const same = statSync(join(folder, 'same.yaml')).mtimeMs;
    writeFiles(folder, before, after);
    expect(seen(readFolder(folder))).toEqual(seen(after));
    expect(existsSync(join(folder, 'gone'))).toBe(false);
    expect(statSync(join(folder, 'a.yaml')).mode & 0o777).toBe(0o640);
    expect(statSync(join(folder, 'same.yaml')).mtimeMs).toBe(same);
    expect(finishInterrupted(folder)).toBe(false);
  });

  it('leaves a link a link', () => {
    const folder = createFolder(before);
    renameSync(join(folder, 'a.yaml'), join(folder, 'target'));
    symlinkSync('target', join(folder, 'a.yaml'));
    writeFiles(folder, before, after);
    expect(readFileSync(join(folder, 'target'), 'utf8')).toBe('a: 2\n');
  });

  it('refuses when a file is not as it was read', () => {
    const folder = createFolder(before);
    writeFileSync(join(folder, 'a.yaml'), 'mine');
    expect(() => writeFiles(folder, before, after)).toThrow(
      /a\.yaml was changed meanwhile; nothing was written/,
    );
    expect(seen(readFolder(folder))).toEqual(seen(new Map([...before, ['a.yaml', 'mine']])));
  });

  it.each(Array.from({ length: MOVES }, (_, failing) => failing))(
    'takes everything back when move %i fails',
    (failing) => {
      const folder = createFolder(before);
      let moves = 0;
      const fail = (): void => {
        moves += 1;
        if (moves > failing) throw Object.assign(new Error('no space'), { code: 'ENOSPC' });
      };
      const broken = {
        rename: (from: string, to: string): void => {
          fail();
          renameSync(from, to);
        },
        remove: (path: string): void => {
          fail();
          rmSync(path);
        },
      };
      expect(() => writeFiles(folder, before, after, broken)).toThrow(
        /cannot be written \(ENOSPC\); it is as it was/,
      );
      expect(seen(readFolder(folder))).toEqual(seen(before));
      expect(existsSync(join(folder, '.herald-sync'))).toBe(false);
    },
  );
});

describe('a process that is killed', () => {
  const killed = fileURLToPath(new URL('killed-writer.ts', import.meta.url));
  const dieAt = async (move: number): Promise<string> => {
    const folder = createFolder(before);
    const files = JSON.stringify([[...before], [...after]]);
    const { signal } = await startScript(killed, [folder, String(move), files]).waitForExit();
    expect(signal).toBe('SIGKILL');
    return folder;
  };

  it.each(Array.from({ length: MOVES }, (_, move) => move))(
    'before move %i is finished by the next run',
    async (move) => {
      const folder = await dieAt(move);
      expect(finishInterrupted(folder)).toBe(true);
      expect(seen(readFolder(folder))).toEqual(seen(after));
      expect(existsSync(join(folder, '.herald-sync'))).toBe(false);
    },
  );

  it('before it has begun to move leaves everything as it was', async () => {
    const folder = await dieAt(0);
    rmSync(join(folder, '.herald-sync', 'journal'));
    expect(finishInterrupted(folder)).toBe(false);
    expect(seen(readFolder(folder))).toEqual(seen(before));
  });

  it('while it takes back is followed by the rest of that', async () => {
    const folder = await dieAt(2);
    renameSync(join(folder, '.herald-sync', 'journal'), join(folder, '.herald-sync', 'back'));
    expect(finishInterrupted(folder)).toBe(true);
    expect(seen(readFolder(folder))).toEqual(seen(before));
  });

  it('is not finished over what somebody changed since', async () => {
    const folder = await dieAt(0);
    writeFileSync(join(folder, 'a.yaml'), 'mine');
    expect(() => finishInterrupted(folder)).toThrow(MetadataProblem);
    expect(readFileSync(join(folder, 'a.yaml'), 'utf8')).toBe('mine');
  });

  it('is not confused with another run', async () => {
    const folder = await dieAt(0);
    expect(() => writeFiles(folder, before, after)).toThrow(/Another run is writing/);
  });
});
