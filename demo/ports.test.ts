import { expect, it } from 'vitest';
import { drawRow } from './ports.ts';

/** The highest port that `fetch` blocks (Fetch Standard, "bad port"). */
const lastBadPort = 10_080;
/** The first port that Linux uses for outgoing connections. */
const firstEphemeralPort = 32_768;

it.each([0, 0.5, 0.999_999])('draws a row that browsers can reach and that stays free (%s)', (drawn) => {
  for (const port of Object.values(drawRow(() => drawn))) {
    expect(port).toBeGreaterThan(lastBadPort);
    expect(port).toBeLessThan(firstEphemeralPort);
  }
});
