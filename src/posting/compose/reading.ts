import type { TweetOptions } from '../../kernel/index.ts';
import type { Problem } from './problem.ts';

/** What came of a part of the input: what to send, as far as it makes sense, and what is wrong with it. */
export interface Reading {
  readonly options: TweetOptions;
  readonly problems: readonly Problem[];
}

export const nothing: Reading = { options: {}, problems: [] };

/** All of them together. */
export const combine = (readings: readonly Reading[]): Reading => ({
  options: Object.assign({}, ...readings.map(({ options }) => options)) as TweetOptions,
  problems: readings.flatMap(({ problems }) => problems),
});
