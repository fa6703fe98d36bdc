import { readFileSync } from 'node:fs';
import {
  connectEngine,
  describeSwitches,
  type Engine,
  engineFiles,
  hasHeaderPrecedence,
  mergeIntoEngine,
  readSdl,
  readSurface,
  renderDiff,
} from '../hasura/index.ts';
import { Secret } from '../kernel/index.ts';
import { type Call, type Command, Refusal, type Report, Usage } from './command.ts';
import { choiceOptions, readChoice, refusing } from './hasura-options.ts';
import { askLine } from './prompt.ts';

export const hasuraApply: Command = {
  name: 'hasura apply',
  summary:
    'Puts Herald into the metadata of a running engine, to try it out. It shows what would change and asks first. The next hasura metadata apply from files replaces it: herald hasura sync is for those.',
  options: {
    endpoint: { value: 'URL', about: 'Where the engine is; HASURA_ENDPOINT unless given.' },
    'admin-secret-file': {
      value: 'FILE',
      about: "A file with the engine's admin secret; HASURA_ADMIN_SECRET unless given.",
    },
    ...choiceOptions,
    yes: { about: 'Replaces the metadata without asking.' },
  },
  run: (call) => refusing(() => apply(call)),
};

const apply = async (call: Call): Promise<Report> => {
  const choice = readChoice(call);
  const engine = openEngine(call);
  const warnings = warn(await engine.version());
  const exported = await engine.exportMetadata();
  const metadata = mergeIntoEngine(exported.metadata, readSurface(readSdl()), choice);
  const difference = renderDiff(engineFiles(exported.metadata), engineFiles(metadata));
  if (difference.length === 0)
    return { json: { changed: false }, lines: ['Nothing to change: the engine has all of it.', ...warnings] };
  for (const line of [...difference, ...warnings]) call.tell(line);
  if (!(await mayReplace(call)))
    return {
      json: { changed: false, difference },
      lines: ['Nothing was replaced.'],
      next: ['The same command with --yes replaces the metadata.'],
      failed: true,
    };
  await engine.replaceMetadata({ ...exported, metadata });
  return {
    json: { changed: true, difference },
    lines: [
      'The engine has it.',
      '',
      'What metadata cannot say:',
      ...describeSwitches(choice).map((line) => `- ${line}`),
    ],
    next: [
      'The next hasura metadata apply from files replaces this. To keep it: herald hasura sync --into DIR',
    ],
  };
};

const openEngine = (call: Call): Engine => {
  const endpoint = call.text('endpoint') ?? call.environment.HASURA_ENDPOINT;
  if (!endpoint) throw new Usage('herald hasura apply needs --endpoint, or HASURA_ENDPOINT.');
  return connectEngine(endpoint, readAdminSecret(call));
};

const readAdminSecret = (call: Call): Secret<string> | undefined => {
  const file = call.text('admin-secret-file');
  const text = file === undefined ? call.environment.HASURA_ADMIN_SECRET : readSecretFile(file);
  return text ? new Secret(text.trim()) : undefined;
};

const readSecretFile = (file: string): string => {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    throw new Refusal(`${file} cannot be read (${(error as NodeJS.ErrnoException).code ?? 'unknown'}).`);
  }
};

const warn = (version: string): string[] =>
  hasHeaderPrecedence(version) === false
    ? [
        `The engine is ${version}: before v2.37 it has no HASURA_GRAPHQL_CONFIGURED_HEADER_PRECEDENCE. Herald's own entries forward no client headers, so nothing overrides their secret; upgrade all the same.`,
      ]
    : [];

const mayReplace = async (call: Call): Promise<boolean> => {
  if (call.has('yes')) return true;
  if (call.input.isTTY !== true) return false;
  const answer = await askLine(call, 'Replace the metadata of the engine? Type yes:');
  return answer.trim() === 'yes';
};
