import { isIPv6 } from 'node:net';

/**
 * Returns the network that an address counts as: an IPv4 address itself, or the /64 of an IPv6 address, because one
 * machine can use any number of addresses in it (RFC 4291 §2.5.4).
 */
export function networkOf(address: string): string {
  if (!isIPv6(address)) return address;
  const [head = [], tail = []] = address.split('::').map((part) => part.split(':').filter((group) => group !== ''));
  // `::` stands for the missing zero groups, and a dotted end counts as two groups (RFC 4291 §2.2).
  const missing = 8 - head.length - tail.length - (address.includes('.') ? 1 : 0);
  const groups = address.includes('::') ? [...head, ...Array<string>(missing).fill('0'), ...tail] : head;
  const prefix = groups.slice(0, 4).map((group) => Number.parseInt(group, 16).toString(16));
  return `${prefix.join(':')}::/64`;
}
