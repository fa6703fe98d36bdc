/** Loopback over http: host, port where there is one, the rest. Nothing but these three spellings is loopback. */
const LOOPBACK = /^http:\/\/(127\.0\.0\.1|\[::1\]|localhost)(?::([1-9]\d{0,4}))?([/?].*)?$/s;
const LAST_PORT = 65_535;

/**
 * Whether a browser may be sent to `returnTo`: it is one of `registered`, character by character, since whatever
 * normalises an address first can be led elsewhere (RFC 9700, section 4.1.3). Only the port of a loopback address is free,
 * because a program on the user's machine takes the one that it gets (RFC 8252, section 7.3).
 */
export const isReturnTo = (returnTo: string, registered: readonly string[]): boolean =>
  registered.includes(returnTo) || registered.some((address) => isSameLoopback(returnTo, address));

const isSameLoopback = (returnTo: string, address: string): boolean => {
  const given = LOOPBACK.exec(returnTo);
  const allowed = LOOPBACK.exec(address);
  if (given === null || allowed === null) return false;
  const [, host, port = '80', rest] = given;
  return host === allowed[1] && rest === allowed[3] && Number(port) <= LAST_PORT;
};

/** `returnTo` with `answer` after the query that it has. */
export const withAnswer = (returnTo: string, answer: Readonly<Record<string, string>>): URL => {
  const url = new URL(returnTo);
  const query = new URLSearchParams(answer).toString();
  url.search = url.search === '' ? query : `${url.search}&${query}`;
  return url;
};
