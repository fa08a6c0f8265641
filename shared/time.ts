/** Milliseconds since the epoch. Only entry files make one from the real clock; everything else is given it. */
export type Clock = () => number;

const unitMs = { s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const;

/**
 * Reads a duration of the configuration: `90s`, `5m`, `12h`, `30d`.
 *
 * @returns milliseconds, or `undefined` where the text is no duration
 */
export function parseDuration(text: string): number | undefined {
  const match = /^(\d{1,6})([smhd])$/.exec(text);
  if (!match) return undefined;
  return Number(match[1]) * unitMs[match[2] as keyof typeof unitMs];
}

/** NumericDate of RFC 7519: whole seconds since the epoch. */
export const toSeconds = (ms: number): number => Math.floor(ms / 1_000);
