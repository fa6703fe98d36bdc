/** A new idempotency key, for one gesture of a user. Browsers have `crypto.randomUUID` on https and on localhost only. */
export const newIdempotencyKey = (): string => crypto.randomUUID();

/** One gesture of a user, such as pressing the button of a form, however often it is sent until it succeeds. */
export interface Gesture {
  /**
   * The input with its idempotency key: the same key as before as long as the input is the same and the gesture has not
   * ended, so that a double click and a repetition after a lost answer are one post. Another input is another gesture.
   */
  keyed<Input extends object>(input: Input): Input & { readonly idempotencyKey: string };
  /** Ends it, when there is a post. The same input is a new post from then on. */
  end(): void;
}

/** Makes the gesture of one form; keep it where the form keeps its text. */
export const gesture = (newKey: () => string = newIdempotencyKey): Gesture => {
  let current: { readonly input: string; readonly key: string } | undefined;
  return {
    keyed: (input) => {
      const text = JSON.stringify(input);
      if (current?.input !== text) current = { input: text, key: newKey() };
      return { ...input, idempotencyKey: current.key };
    },
    end: () => {
      current = undefined;
    },
  };
};
