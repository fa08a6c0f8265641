/** Returns milliseconds since the epoch. Only entry files read the real clock; all other code receives a `Clock`. */
export type Clock = () => number;

const unitMs = { s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const;

/**
 * Parses a duration from the configuration: `90s`, `5m`, `12h`, `30d`.
 *
 * @returns milliseconds, or `undefined` if the text isn't a duration
 */
export function parseDuration(text: string): number | undefined {
  const match = /^(\d{1,6})([smhd])$/.exec(text);
  if (!match) return undefined;
  return Number(match[1]) * unitMs[match[2] as keyof typeof unitMs];
}

/** NumericDate (RFC 7519 §2): seconds since the epoch, as a whole number. */
export const toSeconds = (ms: number): number => Math.floor(ms / 1_000);
