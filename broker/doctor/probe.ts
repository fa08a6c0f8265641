import { keyedDigest, sameText } from '../keys/hash.ts';
import type { KeyRing } from '../keys/ring.ts';

/**
 * A probe asks the running broker what arrived of a request, so that `latchkey doctor` sees what the proxies in front
 * change. It is signed with the key file, because only the operator may know who the broker's peers are.
 */
export const probeHeader = 'Latchkey-Probe';

/** Request headers that the broker needs. The doctor sends each, and the broker says which have arrived. */
export const neededHeaders = ['DPoP', 'Authorization', 'Cookie', 'Latchkey-Client', 'Last-Event-ID', 'Accept-Language'];

/** What the broker saw of a probe. */
export interface ProbeReport {
  /** The address of whoever connected to the broker: the proxy, if there is one. */
  peer: string;
  /** Whether `trusted_proxies` has it. */
  trusted: boolean;
  /** The address that budgets and logs go by. */
  address: string;
  /** `X-Forwarded-For` as it arrived. */
  forwarded_for: string | null;
  /** Those of {@link neededHeaders} that arrived. */
  received: string[];
}

/** How far a probe's time may be from the broker's clock. */
export const probeLifeMs = 60_000;
/** The longest that a probe's stream stays open. */
const longestHoldMs = 30_000;
const macBytes = 16;

const mac = (key: Uint8Array, body: Uint8Array) => keyedDigest(key, 'doctor-probe', body).subarray(0, macBytes);

/** @param holdMs how long the broker shall hold the stream open after its first event, in milliseconds */
export function signProbe(ring: KeyRing, { now, holdMs }: { now: number; holdMs: number }): string {
  const body = Buffer.alloc(8);
  body.writeUIntBE(now, 0, 6);
  body.writeUIntBE(holdMs, 6, 2);
  return Buffer.concat([body, mac(ring.current.key, body)]).toString('base64url');
}

/** @returns how long to hold the stream open, or `undefined` if this is no probe of the operator's, or an old one */
export function readProbe(ring: KeyRing, probe: string, now: number): { holdMs: number } | undefined {
  const bytes = Buffer.from(probe, 'base64url');
  if (bytes.length !== 8 + macBytes) return undefined;
  const [body, given] = [bytes.subarray(0, 8), bytes.subarray(8).toString('base64url')];
  if (!ring.all.some(({ key }) => sameText(mac(key, body).toString('base64url'), given))) return undefined;
  if (Math.abs(now - body.readUIntBE(0, 6)) > probeLifeMs) return undefined;
  return { holdMs: Math.min(body.readUIntBE(6, 2), longestHoldMs) };
}
