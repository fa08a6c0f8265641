/** Names in a sentence: `a`, `a and b`, `a, b, and c`. */
export function enumerate(names: readonly string[], word: 'and' | 'or'): string {
  if (names.length < 3) return names.join(` ${word} `);
  return `${names.slice(0, -1).join(', ')}, ${word} ${names.at(-1)}`;
}
