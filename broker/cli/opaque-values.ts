/** Options whose values are random, so they may start with a hyphen. */
const opaque = new Set(['--id', '--sub', '--subject', '--kid']);

/** Joins such an option with its value (`--id=-hp…`). Otherwise the parser takes the value for another option. */
export function joinOpaqueValues(argv: readonly string[]): string[] {
  const joined: string[] = [];
  for (let index = 0; index < argv.length; index += 1) {
    const [name = '', value] = argv.slice(index, index + 2);
    const takes = opaque.has(name) && value !== undefined;
    joined.push(takes ? `${name}=${value}` : name);
    if (takes) index += 1;
  }
  return joined;
}
