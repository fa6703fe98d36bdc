import { Refusal } from './refusal.ts';

/** The address of a picture that may be asked for, or an `INVALID_INPUT` that says what is wrong with it. */
export function parseMediaAddress(
  address: string,
  base: URL | undefined,
  allowedHosts: readonly string[] | undefined,
): URL {
  const url = URL.canParse(address, base) ? new URL(address, base) : undefined;
  const problem = url === undefined ? 'is not one' : problemOf(url, allowedHosts);
  if (url !== undefined && problem === undefined) return url;
  const which = base === undefined ? 'The address' : 'The address that this one leads to';
  throw new Refusal(`${which} ${problem}.`, base === undefined ? 'INVALID_INPUT' : 'MEDIA_INVALID');
}

const problemOf = (url: URL, allowedHosts: readonly string[] | undefined): string | undefined => {
  if (url.protocol !== 'https:') return 'does not begin with https';
  if (url.port !== '') return 'names a port; only that of https is used';
  if (url.username !== '' || url.password !== '') return 'has a user name or password in it';
  const isAllowed = allowedHosts?.some((host) => host.toLowerCase() === url.hostname) ?? true;
  return isAllowed ? undefined : 'is of a host that HERALD_MEDIA_BY_URL does not list';
};

/** The host as DNS, TLS and the `Host` header have it: no brackets, no dot at the end. */
export const hostOf = ({ hostname }: URL): string => hostname.replace(/^\[|\]$|\.$/g, '');
