import type { Problems, Reader } from './read.ts';
import type { VariableName } from './variables.ts';

const MICRO = 1_000_000;
const MOST_USD = 1_000_000;

/** Dollars such as `5`, `0.25` or `0.000001` as millionths of a dollar; undefined for anything else, and above a million. */
export const parseUsd = (text: string): number | undefined => {
  const [, whole = '', fraction = ''] = /^(\d{1,7})(?:\.(\d{1,6}))?$/.exec(text) ?? [];
  if (whole === '') return undefined;
  const microUsd = Number(whole) * MICRO + Number(fraction.padEnd(6, '0'));
  return microUsd <= MOST_USD * MICRO ? microUsd : undefined;
};

/** What may be spent at X in a day (UTC), in millionths of a dollar; undefined means without limit. */
export interface DayBudgets {
  readonly appDayMicroUsd: number | undefined;
  readonly userDayMicroUsd: number | undefined;
}

/** With the real X somebody has to say what all of it may cost. */
export const readBudgets = (reader: Reader, problems: Problems, sandbox: boolean): DayBudgets => {
  if (!sandbox) reader.required('HERALD_BUDGET_DAY_USD', HOW);
  return {
    appDayMicroUsd: readBudget('HERALD_BUDGET_DAY_USD', reader, problems),
    userDayMicroUsd: readBudget('HERALD_BUDGET_USER_DAY_USD', reader, problems),
  };
};

const HOW =
  'X charges for every post: say what all of them together may cost in a day (UTC), in dollars such as 5.00, or unlimited.';

const readBudget = (name: VariableName, reader: Reader, problems: Problems): number | undefined => {
  const value = reader.text(name) ?? 'unlimited';
  const microUsd = parseUsd(value);
  if (microUsd === undefined && value !== 'unlimited')
    problems.add(
      name,
      `must be dollars such as 5 or 0.25, up to ${MOST_USD} and with at most 6 decimals, or unlimited.`,
    );
  return microUsd;
};
