import {
  describeSwitches,
  type Files,
  finishInterrupted,
  mergeIntoDirectory,
  openProject,
  readSdl,
  readSurface,
  removeFromDirectory,
  renderDiff,
  writeFiles,
} from '../hasura/index.ts';
import { type Call, type Command, type Report, Usage } from './command.ts';
import { choiceOptions, readChoice, refusing } from './hasura-options.ts';

export const hasuraSync: Command = {
  name: 'hasura sync',
  summary:
    "Puts Herald into a Hasura project's metadata (config v3): actions, tracked tables, permissions. Doing it again changes nothing, and no byte of anybody else's entries changes. Only files are written; no engine is asked.",
  options: {
    into: { value: 'DIR', about: 'The directory of config.yaml, or the metadata directory.', required: true },
    ...choiceOptions,
    check: { about: 'Changes nothing; exit code 1 and the difference when there is one. For CI.' },
    remove: { about: 'Takes Herald out again: every file is as it was before.' },
  },
  run: (call) => refusing(() => sync(call)),
};

const sync = (call: Call): Report => {
  if (call.has('check') && call.has('remove'))
    throw new Usage('herald hasura sync takes one of --check, --remove.');
  const choice = readChoice(call);
  const into = call.text('into') ?? '.';
  const { folder } = openProject(into);
  if (finishInterrupted(folder)) call.tell('An earlier run was interrupted; what it had begun is finished.');
  const { files } = openProject(into);
  const wanted = call.has('remove')
    ? removeFromDirectory(files)
    : mergeIntoDirectory(files, readSurface(readSdl()), choice);
  if (call.has('check')) return reportCheck(files, wanted, folder);
  writeFiles(folder, files, wanted);
  const changed = changedFiles(files, wanted);
  if (call.has('remove')) return reportRemoval(changed, folder);
  return {
    json: { folder, changed, switches: describeSwitches(choice) },
    lines: [
      ...summarise(changed, folder),
      '',
      'What metadata cannot say:',
      ...describeSwitches(choice).map((line) => `- ${line}`),
    ],
    next: [
      'Look at the difference and commit it, herald.lock too where there is one.',
      'hasura metadata apply',
      'In CI: the same command with --check',
    ],
  };
};

const changedFiles = (before: Files, after: Files): string[] =>
  [...new Set([...before.keys(), ...after.keys()])]
    .filter((file) => before.get(file) !== after.get(file))
    .sort();

const summarise = (changed: readonly string[], folder: string): string[] =>
  changed.length === 0
    ? [`Nothing to change: ${folder} has all of it.`]
    : [`Changed in ${folder}:`, ...changed.map((file) => `  ${file}`)];

const reportCheck = (files: Files, wanted: Files, folder: string): Report => {
  const changed = changedFiles(files, wanted);
  if (changed.length === 0)
    return { json: { folder, changed }, lines: [`Nothing to change: ${folder} has all of it.`] };
  return {
    json: { folder, changed },
    lines: [`${folder} is not what herald hasura sync makes of it:`, '', ...renderDiff(files, wanted)],
    next: ['Run herald hasura sync with the same options, and commit what it changes.'],
    failed: true,
  };
};

const reportRemoval = (changed: readonly string[], folder: string): Report =>
  changed.length === 0
    ? { json: { folder, changed }, lines: [`Nothing to remove: ${folder} has nothing of Herald's.`] }
    : {
        json: { folder, changed },
        lines: summarise(changed, folder),
        next: [
          'Look for relationships of your own tables to herald.post or herald.account, which nobody else removes.',
          'hasura metadata apply',
        ],
      };
