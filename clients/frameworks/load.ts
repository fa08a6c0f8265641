/**
 * Imports a part of this package, and tries again every five seconds until it works: the page's server can be out of reach
 * just when the part is needed, as after a laptop wakes up.
 *
 * @param part imports it
 */
export const load = <Part>(part: () => Promise<Part>): Promise<Part> =>
  part().catch(() => new Promise((resolve) => void setTimeout(() => resolve(load(part)), 5_000)));
