import type { XPollInput } from '../../kernel/index.ts';
import { findInvalid, isBlank, normalizeText } from '../text/index.ts';
import { type Place, type Problem, refuse } from './problem.ts';
import { nothing, type Reading } from './reading.ts';

const fewestOptions = 2;
const mostOptions = 4;
const longestOption = 25;
const shortestMinutes = 5;
const longestMinutes = 10_080;

/** Options without the spaces around them, in NFC. X API OpenAPI 2.167, CreatePostsRequest.poll. */
export const readPoll = (poll: XPollInput | null | undefined, place: Place): Reading => {
  if (poll == null) return nothing;
  const options = poll.options.map((option) => normalizeText(option).trim());
  return {
    options: { poll: { options, durationMinutes: poll.durationMinutes } },
    problems: [
      ...checkNumber(options.length, place),
      ...options.flatMap((option, index) => checkOption(option, index, options, place)),
      ...checkDuration(poll.durationMinutes, place),
    ],
  };
};

const checkNumber = (length: number, place: Place): Problem[] =>
  length >= fewestOptions && length <= mostOptions
    ? []
    : [invalid(place, 'options', `A poll has ${fewestOptions} to ${mostOptions} options, not ${length}.`)];

const checkOption = (option: string, index: number, options: readonly string[], place: Place): Problem[] => {
  const field = `options.${index}`;
  const fault = findOptionFault(option, options.indexOf(option) < index);
  return fault === undefined ? [] : [invalid(place, field, fault)];
};

const findOptionFault = (option: string, isRepeated: boolean): string | undefined => {
  if (isBlank(option)) return 'An option of a poll is empty.';
  const character = option.includes('\n') ? 'a line break' : findInvalid(option);
  if (character !== undefined) return `An option of a poll has ${character}.`;
  const { length } = [...option];
  if (length > longestOption) {
    return `An option of a poll has at most ${longestOption} characters, not ${length}.`;
  }
  return isRepeated ? 'Two options of a poll are the same.' : undefined;
};

const checkDuration = (minutes: number, place: Place): Problem[] =>
  Number.isInteger(minutes) && minutes >= shortestMinutes && minutes <= longestMinutes
    ? []
    : [
        invalid(
          place,
          'durationMinutes',
          `A poll runs for ${shortestMinutes} to ${longestMinutes} minutes, not ${minutes}.`,
        ),
      ];

const invalid = (place: Place, field: string, message: string): Problem =>
  refuse(place, `poll.${field}`, 'INVALID_INPUT', message);
