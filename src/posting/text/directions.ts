const closedBy: Readonly<Record<string, string>> = {
  '\u2066': '\u2069',
  '\u2067': '\u2069',
  '\u2068': '\u2069',
  '\u202A': '\u202C',
  '\u202B': '\u202C',
};

/** What opens and closes text directions: embeddings and isolates (UAX #9, section 2). */
const marks = /[\u2066-\u2069\u202A-\u202C]/gu;

/** Every embedding and isolate is closed by its own kind, so that none reaches beyond the tweet. */
export const isBalanced = (text: string): boolean => readOpen('', text) === '';

/** The marks that are still open after `text` when those in `open` were before it; undefined when one closes another kind. */
export const readOpen = (open: string, text: string): string | undefined => {
  const stack = [...open];
  for (const [mark] of text.matchAll(marks)) {
    if (closedBy[mark] !== undefined) stack.push(mark);
    else if (closedBy[stack.pop() ?? ''] !== mark) return undefined;
  }
  return stack.join('');
};

/** What closes the marks in `open`. */
export const closing = (open: string): string =>
  [...open]
    .toReversed()
    .map((mark) => closedBy[mark] ?? '')
    .join('');
