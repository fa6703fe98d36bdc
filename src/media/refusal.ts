/** Why a file is not taken, in one sentence for its user. The reader adds the field and makes the public error of it. */
export class Refusal extends Error {
  readonly code: 'MEDIA_INVALID' | 'INVALID_INPUT';

  constructor(sentence: string, code: Refusal['code'] = 'MEDIA_INVALID') {
    super(sentence);
    this.name = 'Refusal';
    this.code = code;
  }
}

export const cutOff = (): Refusal => new Refusal('The file is cut off: it ends before what is in it does.');

/** `what` ends the sentence that says what is wrong, e.g. `a block of it has an impossible length`. */
export const damaged = (what: string): Refusal => new Refusal(`The file is damaged: ${what}.`);

/** With commas, as the sentences have it: 5,242,880. */
export const count = (value: number): string => value.toLocaleString('en-US', { maximumFractionDigits: 2 });
