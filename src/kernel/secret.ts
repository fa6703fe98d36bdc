import { inspect } from 'node:util';

const MASK = '[secret]';

/**
 * A value that prints as `[secret]` wherever a value is usually printed: string concatenation, `JSON.stringify`,
 * `util.inspect` (with `showHidden` too) and structured logs. `reveal()` is the one way to the value, so a search
 * for that word finds every place that reads one.
 */
export class Secret<T> {
  readonly #value: T;

  constructor(value: T) {
    this.#value = value;
  }

  reveal(): T {
    return this.#value;
  }

  toString(): string {
    return MASK;
  }

  toJSON(): string {
    return MASK;
  }

  [inspect.custom](): string {
    return MASK;
  }
}
