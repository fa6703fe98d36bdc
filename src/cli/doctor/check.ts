/** One thing that was looked at. */
export interface Check {
  readonly name: string;
  readonly state: 'ok' | 'warn' | 'fail';
  readonly sentence: string;
  /** What to do, line by line; nothing where all is well. */
  readonly next: readonly string[];
}

export const ok = (name: string, sentence: string): Check => ({ name, state: 'ok', sentence, next: [] });

/** Herald works, but not as it should, or doctor could not find out. */
export const warn = (name: string, sentence: string, ...next: string[]): Check => ({
  name,
  state: 'warn',
  sentence,
  next,
});

/** Herald does not start, or does not post. */
export const fail = (name: string, sentence: string, ...next: string[]): Check => ({
  name,
  state: 'fail',
  sentence,
  next,
});
