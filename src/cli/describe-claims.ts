const TIMES = ['exp', 'nbf', 'iat', 'auth_time'];

/** Claims as people read them: times as dates, everything else that is no text as JSON. */
export const describeClaims = (claims: Readonly<Record<string, unknown>>): Record<string, string> =>
  Object.fromEntries(Object.entries(claims).map(([name, value]) => [name, describe(name, value)]));

const describe = (name: string, value: unknown): string => {
  if (TIMES.includes(name) && typeof value === 'number' && Math.abs(value) < 8.64e12)
    return `${value} (${new Date(value * 1000).toISOString()})`;
  return typeof value === 'string' ? value : JSON.stringify(value);
};
