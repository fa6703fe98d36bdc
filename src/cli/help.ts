import type { Command, Option, Options } from './command.ts';
import { optionsOf } from './parse.ts';

/** One line for each command. */
export const renderOverview = (commands: readonly Command[]): string[] => [
  'herald: tools for operators',
  '',
  ...commands.flatMap((command) => [`  ${renderUsage(command)}`, `      ${firstSentence(command.summary)}`]),
  '',
  'Each takes --help and --json. Exit code: 0 done, 1 not possible, 2 wrong use.',
  'Configuration: the variables of the shell, then .env, then what npm start left in its state folder.',
];

/** Everything about one command. */
export const renderHelp = (command: Command): string[] => {
  const options = Object.entries(optionsOf(command));
  const width = Math.max(...options.map(([name, option]) => renderOption(name, option).length));
  return [
    renderUsage(command),
    '',
    command.summary,
    '',
    ...options.map(([name, option]) => `  ${renderOption(name, option).padEnd(width)}  ${option.about}`),
  ];
};

const renderUsage = ({
  name,
  argument,
  argumentIsOptional,
  secondArgument,
  options,
  choice,
}: Command): string => {
  const words = ['herald', name];
  if (argument !== undefined) words.push(argumentIsOptional ? `[${argument}]` : argument);
  if (secondArgument !== undefined) words.push(`[${secondArgument}]`);
  if (choice !== undefined) words.push(renderChoice(choice));
  for (const [option, spec] of Object.entries(options)) {
    words.push(spec.required ? renderOption(option, spec) : `[${renderOption(option, spec)}]`);
  }
  return words.join(' ');
};

const renderChoice = ({ options, required }: { options: Options; required: boolean }): string => {
  const names = Object.entries(options).map(([name, option]) => renderOption(name, option));
  return required ? `(${names.join(' | ')})` : `[${names.join(' | ')}]`;
};

const renderOption = (name: string, { value }: Option): string =>
  value === undefined ? `--${name}` : `--${name} ${value}`;

const firstSentence = (text: string): string => /^.*?\.(?=\s|$)/.exec(text)?.[0] ?? text;
