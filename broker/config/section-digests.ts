import { keyedDigest } from '../keys/hash.ts';
import type { RingKey } from '../keys/ring.ts';
import type { Config } from './types.ts';

/** The name of a part of the configuration in the file, such as `keep_alive` of `keepAliveMs`. */
export const sectionOf = (part: keyof Config): string =>
  part.replace(/Ms$/, '').replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);

/**
 * Digests of the sections of a configuration, by their names in the file. Equal sections have equal digests, in whatever
 * order their entries are. They are keyed, because a section can have a password that is easy to guess.
 */
export function sectionDigests(config: Config, { key }: RingKey): Record<string, string> {
  const parts = Object.keys(config) as (keyof Config)[];
  return Object.fromEntries(
    parts.map((part) => {
      const section = sectionOf(part);
      const text = JSON.stringify([section, config[part] ?? null], inOrder);
      return [section, keyedDigest(key, 'config-section', text).toString('base64url')];
    }),
  );
}

function inOrder(_name: string, value: unknown): unknown {
  if (value instanceof Uint8Array) return Buffer.from(value).toString('base64');
  if (value === null || typeof value !== 'object' || Array.isArray(value)) return value;
  const entries: [string, unknown][] = value instanceof Map ? [...value] : Object.entries(value);
  return Object.fromEntries(entries.sort(([one], [other]) => (one < other ? -1 : 1)));
}
