import { type VariableName, variables } from './variables.ts';

export type Environment = Readonly<Record<string, string | undefined>>;
export type ReadFile = (path: string) => string;

/** Collects what is wrong, so that one report names it all. */
export class Problems {
  readonly #sentences: string[] = [];

  add(name: string, sentence: string): void {
    this.#sentences.push(`${name}: ${sentence}`);
  }

  get list(): readonly string[] {
    return this.#sentences;
  }
}

export type Values = ReadonlyMap<VariableName, string>;

/** The known variables' values, each from `NAME` or from the file that `NAME_FILE` names (its last line break dropped). */
export const resolveFiles = (environment: Environment, readFile: ReadFile, problems: Problems): Values => {
  const values = new Map<VariableName, string>();
  for (const name of Object.keys(variables) as VariableName[]) {
    const value = resolve(name, environment, readFile, problems);
    if (value !== undefined) values.set(name, value);
  }
  return values;
};

const resolve = (
  name: VariableName,
  environment: Environment,
  readFile: ReadFile,
  problems: Problems,
): string | undefined => {
  const plain = environment[name] || undefined;
  const path = environment[`${name}_FILE`] || undefined;
  if (path === undefined) return plain;
  if (plain !== undefined) {
    problems.add(name, `set either ${name} or ${name}_FILE, not both.`);
    return plain;
  }
  try {
    const value = readFile(path).replace(/\r?\n$/, '');
    if (value === '') problems.add(`${name}_FILE`, 'the file is empty.');
    return value || undefined;
  } catch (error) {
    problems.add(
      `${name}_FILE`,
      `the file cannot be read (${(error as NodeJS.ErrnoException).code ?? 'unknown'}).`,
    );
    return undefined;
  }
};

/** Typed readers over the values. A malformed value is a problem and never becomes the default. */
export class Reader {
  readonly #values: Values;
  readonly #problems: Problems;

  constructor(values: Values, problems: Problems) {
    this.#values = values;
    this.#problems = problems;
  }

  text(name: VariableName): string | undefined {
    return this.#values.get(name);
  }

  required(name: VariableName, how: string): string {
    const value = this.#values.get(name);
    if (value === undefined) this.#problems.add(name, `is required. ${how}`);
    return value ?? '';
  }

  integer(name: VariableName, fallback: number, range: { min: number; max: number }): number {
    const value = this.#values.get(name);
    if (value === undefined) return fallback;
    const number = /^\d{1,15}$/.test(value) ? Number(value) : Number.NaN;
    if (number >= range.min && number <= range.max) return number;
    this.#problems.add(name, `must be a whole number from ${range.min} to ${range.max}.`);
    return fallback;
  }

  oneOf<const T extends string>(name: VariableName, choices: readonly T[], fallback: T): T {
    const value = this.#values.get(name);
    if (value === undefined) return fallback;
    const choice = choices.find((candidate) => candidate === value);
    if (choice === undefined) this.#problems.add(name, `must be one of ${choices.join(', ')}.`);
    return choice ?? fallback;
  }

  list(name: VariableName, fallback: readonly string[]): readonly string[] {
    const value = this.#values.get(name);
    if (value === undefined) return fallback;
    return value
      .split(',')
      .map((item) => item.trim())
      .filter((item) => item !== '');
  }

  url(name: VariableName): URL | undefined {
    const value = this.#values.get(name);
    if (value === undefined) return undefined;
    const url = URL.canParse(value) ? new URL(value) : undefined;
    if (url !== undefined && isPlainOrigin(url)) return url;
    this.#problems.add(name, 'must be an origin such as https://api.x.com, without path, query or user.');
    return undefined;
  }
}

const isPlainOrigin = (url: URL): boolean =>
  (url.protocol === 'https:' || url.protocol === 'http:') &&
  url.pathname === '/' &&
  url.search === '' &&
  url.hash === '' &&
  url.username === '';
