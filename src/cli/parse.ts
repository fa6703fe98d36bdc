import { parseArgs } from 'node:util';
import { type Command, type Options, Usage } from './command.ts';

/** A command line, read. */
export interface Parsed {
  readonly argument: string;
  readonly secondArgument: string;
  readonly values: Readonly<Record<string, string | boolean | undefined>>;
}

const everywhere: Options = {
  help: { about: 'This page.' },
  json: { about: 'Prints one JSON object.' },
};

const reveal: Options = {
  reveal: { about: 'Shows what is secret, also on a terminal.' },
};

/** Every option of a command, those that each command has included. */
export const optionsOf = ({ options, choice, printsSecret }: Command): Options => ({
  ...choice?.options,
  ...(printsSecret === undefined ? {} : reveal),
  ...options,
  ...everywhere,
});

/** Reads what follows the command's name. Throws {@link Usage} for what the command does not take, or needs. */
export const parse = (command: Command, args: readonly string[]): Parsed => {
  const { values, positionals } = readArgs(command, args);
  const [argument = '', secondArgument = ''] = positionals;
  const parsed = { argument, secondArgument, values };
  if (values.help === true) return parsed;
  const most = [command.argument, command.secondArgument].filter((name) => name !== undefined).length;
  if (positionals.length > most) {
    throw new Usage(`herald ${command.name} does not take ${JSON.stringify(positionals.at(-1))}.`);
  }
  if (command.argument !== undefined && !command.argumentIsOptional && positionals.length === 0) {
    throw new Usage(`herald ${command.name} needs ${command.argument}.`);
  }
  refuseMissing(command, values);
  return parsed;
};

const readArgs = (command: Command, args: readonly string[]) => {
  const types = Object.entries(optionsOf(command)).map(
    ([name, { value }]) => [name, { type: value === undefined ? 'boolean' : 'string' }] as const,
  );
  const options = { ...Object.fromEntries(types), help: { type: 'boolean', short: 'h' } } as const;
  try {
    return parseArgs({ args: [...args], allowPositionals: true, options });
  } catch (error) {
    throw new Usage(error instanceof Error ? error.message : String(error));
  }
};

const refuseMissing = ({ name, options, choice }: Command, values: Parsed['values']): void => {
  for (const [option, { required }] of Object.entries(options)) {
    if (required && values[option] === undefined) throw new Usage(`herald ${name} needs --${option}.`);
  }
  if (choice === undefined) return;
  const given = Object.keys(choice.options).filter((option) => values[option] !== undefined);
  if (given.length > 1 || (choice.required && given.length === 0)) {
    const names = Object.keys(choice.options).map((option) => `--${option}`);
    throw new Usage(
      `herald ${name} takes ${choice.required ? 'one' : 'at most one'} of ${names.join(', ')}.`,
    );
  }
};
