import type { Environment } from '../config/index.ts';
import { type Call, type Command, type Input, Refusal, type Report, Usage } from './command.ts';
import { commands } from './commands.ts';
import { findEnvironment } from './environment.ts';
import { renderHelp, renderOverview } from './help.ts';
import { type Parsed, parse } from './parse.ts';
import { print } from './print.ts';

/** What a command line came to. */
export interface Result {
  readonly code: 0 | 1 | 2;
  readonly output: string;
  /** For standard error. */
  readonly error: string;
}

/** Where a command runs. */
export interface Surroundings {
  /** The variables of the process. */
  readonly shell: Environment;
  /** Where `.env` and the state folder are looked for. */
  readonly folder: string;
  readonly input: Input;
  readonly outputIsTerminal: boolean;
  /** Writes a line to standard error at once. */
  tell(line: string): void;
}

/** Runs one command line: 0 for done, 1 for not possible, 2 for wrong use. Never rejects. */
export const run = async (args: readonly string[], surroundings: Surroundings): Promise<Result> => {
  const asJson = args.includes('--json');
  const command = commands.find(({ name }) => name === args.slice(0, wordsOf(name)).join(' '));
  try {
    if (command === undefined) return overview(args);
    return await runCommand(command, parse(command, args.slice(wordsOf(command.name))), surroundings);
  } catch (error) {
    return failure(error, command, asJson);
  }
};

const wordsOf = (name: string): number => name.split(' ').length;

/** The page that lists the commands, or those that begin with the words that were given. */
const overview = (args: readonly string[]): Result => {
  const words = args.filter((word) => !word.startsWith('-'));
  const group = commands.filter(({ name }) => `${name} `.startsWith([...words, ''].join(' ')));
  if (group.length === 0) throw new Usage(`herald has no command ${words.join(' ')}.`);
  const isAsked = args.every((word) => ['--help', '-h', 'help'].includes(word)) || args.includes('--help');
  if (!isAsked) throw new Usage(`herald ${words.join(' ')} needs more: ${group.map(lastWord).join(', ')}.`);
  return { code: 0, output: `${renderOverview(group).join('\n')}\n`, error: '' };
};

const lastWord = ({ name }: Command): string => name.split(' ').at(-1) ?? name;

const runCommand = async (
  command: Command,
  { argument, secondArgument, values }: Parsed,
  { shell, folder, input, outputIsTerminal, tell }: Surroundings,
): Promise<Result> => {
  if (values.help === true) return { code: 0, output: `${renderHelp(command).join('\n')}\n`, error: '' };
  const call: Call = {
    environment: findEnvironment(shell, folder),
    input,
    tell,
    argument,
    secondArgument,
    text: (option) => (typeof values[option] === 'string' ? values[option] : undefined),
    has: (option) => values[option] !== undefined,
    refuseTerminal: () => {
      if (outputIsTerminal && values.reveal !== true) throw terminalRefusal(command);
    },
  };
  return resultOf(await command.run(call), values.json === true);
};

const terminalRefusal = ({ name }: Command): Refusal =>
  new Refusal(
    'This prints secrets, and standard output is a terminal, which may be watched or recorded.',
    `Put it into a file that only you can read: (umask 077; herald ${name} ... > FILE)`,
    'Or show it all the same with --reveal.',
  );

const resultOf = (report: Report, asJson: boolean): Result => {
  const code = report.failed ? 1 : 0;
  const { document } = report;
  if (document === undefined || asJson) return { code, output: print(report, asJson), error: '' };
  return { code, output: document, error: print(report, false) };
};

const failure = (error: unknown, command: Command | undefined, asJson: boolean): Result => {
  const message = error instanceof Error ? error.message : String(error);
  if (error instanceof Usage) {
    const hint = `Try: herald ${command === undefined ? '' : `${command.name} `}--help`;
    const report = { json: { error: message, next: [hint] }, lines: [message, hint] };
    return { code: 2, output: '', error: print(report, asJson) };
  }
  const next = error instanceof Refusal ? error.next : [];
  const report = { json: { error: message }, lines: message.split('\n'), next };
  return { code: 1, output: '', error: print(report, asJson) };
};
