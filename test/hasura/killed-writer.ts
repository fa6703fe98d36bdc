import { renameSync, rmSync } from 'node:fs';
import { writeFiles } from '../../src/hasura/index.ts';

// Writes files and dies by SIGKILL before a move: FOLDER MOVE '[[before], [after]]'.
const [folder = '', move = '', files = ''] = process.argv.slice(2);
const [before, after] = JSON.parse(files) as [[string, string][], [string, string][]];

let moves = 0;
const step = (): void => {
  if (moves === Number(move)) process.kill(process.pid, 'SIGKILL');
  moves += 1;
};

writeFiles(folder, new Map(before), new Map(after), {
  rename: (from, to) => {
    step();
    renameSync(from, to);
  },
  remove: (path) => {
    step();
    rmSync(path);
  },
});
