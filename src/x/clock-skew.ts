/** The preferred form of a `Date` header (RFC 9110, section 5.6.7), e.g. `Sun, 06 Nov 1994 08:49:37 GMT`. */
const IMF_FIXDATE = /^[A-Z][a-z]{2}, \d{2} [A-Z][a-z]{2} \d{4} \d{2}:\d{2}:\d{2} GMT$/;

/**
 * How far this machine's clock was ahead of the answer's, in milliseconds, give or take a second and the time that the
 * answer was under way; undefined without a `Date` header that can be read.
 */
export function clockSkewOf(
  header: string | undefined,
  respondedAtMs: number | undefined,
): number | undefined {
  if (header === undefined || respondedAtMs === undefined || !IMF_FIXDATE.test(header)) return undefined;
  const dateMs = Date.parse(header);
  return Number.isNaN(dateMs) ? undefined : respondedAtMs - dateMs;
}
