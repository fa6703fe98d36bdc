import { on } from 'node:events';
import { StringDecoder } from 'node:string_decoder';
import { Secret } from '../kernel/index.ts';
import { type Call, type Input, Refusal } from './command.ts';

const ENTER = /[\r\n]/;
const BACKSPACE = /[\b\x7f]/;
/** Ctrl-C and Ctrl-D, which a terminal in raw mode hands on. */
const GIVEN_UP = ['\u0003', '\u0004'];

/** One line that is typed and seen, e.g. a pasted token. */
export const askLine = ({ input, tell }: Call, question: string): Promise<string> => {
  tell(question);
  return readLine(input);
};

/** One line that is typed and not shown. Throws {@link Refusal} when it is given up with Ctrl-C or Ctrl-D. */
export const askSecret = async ({ input, tell }: Call, question: string): Promise<Secret<string>> => {
  tell(question);
  input.setRawMode?.(true);
  try {
    return new Secret(await readLine(input));
  } finally {
    input.setRawMode?.(false);
  }
};

const readLine = async (input: Input): Promise<string> => {
  const decoder = new StringDecoder('utf8');
  let line = '';
  const typed = on(input, 'data', { close: ['end'] }) as AsyncIterable<[Buffer]>;
  input.resume();
  try {
    for await (const [bytes] of typed) {
      for (const character of decoder.write(bytes)) {
        if (ENTER.test(character)) return line;
        if (GIVEN_UP.includes(character)) throw nothingTyped();
        line = BACKSPACE.test(character) ? [...line].slice(0, -1).join('') : line + character;
      }
    }
    throw nothingTyped();
  } finally {
    input.pause();
  }
};

const nothingTyped = (): Refusal => new Refusal('Nothing was typed.');
