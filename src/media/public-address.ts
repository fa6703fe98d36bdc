import { isIP } from 'node:net';
import ipaddr from 'ipaddr.js';

/** `::/96`, addresses that only stood for IPv4 ones (RFC 4291, section 2.5.5.1); the library takes them for public. */
const ipv4Compatible: [ipaddr.IPv6, number] = [ipaddr.IPv6.parse('::'), 96];

/** Whether an IP address, as a resolver or a socket spells it, belongs to the public internet (R39, SECURITY 7). */
export function isPublicAddress(address: string): boolean {
  if (isIP(address) === 0 || address.includes('%')) return false;
  const parsed = ipaddr.process(address);
  if (parsed.range() !== 'unicast') return false;
  return !(parsed instanceof ipaddr.IPv6 && parsed.match(ipv4Compatible));
}
