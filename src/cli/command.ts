import type { Environment } from '../config/index.ts';

/** One option of a command; the table of commands is what is parsed, checked and printed by `--help`. */
export interface Option {
  /** What stands for the value in the help, e.g. `ID`; an option without one is a flag. */
  readonly value?: string;
  readonly about: string;
  readonly required?: true;
}

export type Options = Readonly<Record<string, Option>>;

export interface Command {
  /** As it is typed, e.g. `posts list`. */
  readonly name: string;
  /** What stands for the one positional argument in the help; a command without it takes none. */
  readonly argument?: string;
  readonly argumentIsOptional?: true;
  /** The same for a second one, which may always be left out. */
  readonly secondArgument?: string;
  readonly summary: string;
  readonly options: Options;
  /** Options of which one is given, and at most one. */
  readonly choice?: { readonly options: Options; readonly required: boolean };
  /** Standard output may hold key material; `--reveal` lets a terminal show it. */
  readonly printsSecret?: true;
  run(call: Call): Promise<Report>;
}

/** A command line that fits its command. */
export interface Call {
  /** Empty for a command without one. */
  readonly argument: string;
  /** Empty when it was left out. */
  readonly secondArgument: string;
  text(option: string): string | undefined;
  has(option: string): boolean;
  readonly environment: Environment;
  readonly input: Input;
  /** Writes a line for people at once, while the command goes on: to standard error. */
  tell(line: string): void;
  /** To be called before key material is printed: throws {@link Refusal} for a terminal without `--reveal`. */
  refuseTerminal(): void;
}

/** Standard input; a terminal can stop showing what is typed. */
export type Input = NodeJS.ReadableStream & {
  readonly isTTY?: boolean | undefined;
  setRawMode?(isRaw: boolean): unknown;
};

/** What a command found or did, for people and for programs. */
export interface Report {
  /** The object of `--json`; secret only where {@link Command.printsSecret} says so. */
  readonly json: Readonly<Record<string, unknown>>;
  readonly lines: readonly string[];
  /** What to do next, in sentences. */
  readonly next?: readonly string[];
  /** What standard output gets instead, as it is, to be put into a file; the lines go to standard error then. */
  readonly document?: string;
  /** The exit code is 1 although there is something to report. */
  readonly failed?: boolean;
}

/** Wrong use of the command line: exit code 2. */
export class Usage extends Error {}

/** The command line is right, and what it asks for cannot be done: exit code 1. */
export class Refusal extends Error {
  /** What to do next, in sentences. */
  readonly next: readonly string[];

  constructor(message: string, ...next: string[]) {
    super(message);
    this.next = next;
  }
}
