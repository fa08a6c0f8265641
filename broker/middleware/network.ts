import { isIPv6 } from 'node:net';

/**
 * Whom an address counts for: an IPv4 address for itself; an IPv6 address for its /64, since one machine has as many
 * addresses there as it likes (RFC 4291 §2.5.4).
 */
export function networkOf(address: string): string {
  if (!isIPv6(address)) return address;
  const [head = [], tail = []] = address.split('::').map((part) => part.split(':').filter((group) => group !== ''));
  // "::" stands for as many zeros as are missing; a dotted end is two groups (RFC 4291 §2.2).
  const missing = 8 - head.length - tail.length - (address.includes('.') ? 1 : 0);
  const groups = address.includes('::') ? [...head, ...Array<string>(missing).fill('0'), ...tail] : head;
  const prefix = groups.slice(0, 4).map((group) => Number.parseInt(group, 16).toString(16));
  return `${prefix.join(':')}::/64`;
}
