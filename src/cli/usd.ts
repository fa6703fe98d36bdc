import { parseUsd } from '../config/index.ts';
import { Usage } from './command.ts';

/** Millionths of a dollar as people write them: `$5.00`, `$0.015`; undefined is `unlimited`. */
export const formatUsd = (microUsd: number | undefined): string => {
  if (microUsd === undefined) return 'unlimited';
  const digits = String(Math.abs(microUsd)).padStart(7, '0');
  const decimals = digits.slice(-6).replace(/0{1,4}$/, '');
  return `${microUsd < 0 ? '-' : ''}$${digits.slice(0, -6)}.${decimals}`;
};

/** An amount that an operator typed, in millionths of a dollar; undefined is `unlimited`. Throws {@link Usage} for what is neither. */
export const readUsd = (text: string): number | undefined => {
  if (text === 'unlimited') return undefined;
  const microUsd = parseUsd(text);
  if (microUsd === undefined)
    throw new Usage('An amount is dollars such as 5 or 0.25, with at most 6 decimals, or unlimited.');
  return microUsd;
};
