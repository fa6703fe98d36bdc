import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { type Call, Refusal } from './command.ts';

/** A pipe that is open and says nothing for so long has nothing to say. */
const SILENCE_MS = 5_000;

/**
 * Everything on standard input; undefined when it is a terminal, a pipe that stays silent, or empty. Who waits is told
 * after a second what for.
 */
export const readInput = async ({ input, tell }: Call, what: string): Promise<string | undefined> => {
  if (input.isTTY) return undefined;
  const waiting = setTimeout(() => tell(`Waiting for ${what} on standard input.`), 1_000);
  try {
    if (!(await speaks(input))) return undefined;
    const all = await text(input);
    return all.trim() === '' ? undefined : all;
  } finally {
    clearTimeout(waiting);
  }
};

/** The same where the command can do nothing without. A terminal is read too: whoever types ends with Ctrl-D. */
export const requireInput = async (call: Call, what: string): Promise<string> => {
  if (call.input.isTTY) call.tell(`Paste ${what}, then press Enter and Ctrl-D.`);
  const given = call.input.isTTY ? await text(call.input) : await readInput(call, what);
  if (given !== undefined && given.trim() !== '') return given;
  throw new Refusal(`Standard input is empty; it should be ${what}.`);
};

const speaks = async (input: Call['input']): Promise<boolean> => {
  const silence = new AbortController();
  const timer = setTimeout(() => silence.abort(), SILENCE_MS);
  try {
    await once(input, 'readable', { signal: silence.signal });
    return true;
  } catch (error) {
    if (silence.signal.aborted) return false;
    throw error;
  } finally {
    clearTimeout(timer);
  }
};
