/**
 * The same schemas, but without members that aren't listed. The document leaves them open, because clients must ignore what
 * they don't know; a test must not.
 */
export function closed<Node>(node: Node): Node {
  if (Array.isArray(node)) return node.map((item) => closed(item)) as Node;
  if (typeof node !== 'object' || node === null) return node;
  const copy = Object.fromEntries(
    Object.entries(node).map(([keyword, value]) => [
      keyword,
      // The parts of allOf describe one object together: the first closes it.
      keyword === 'allOf' ? value : keyword === 'properties' ? eachClosed(value) : closed(value),
    ]),
  );
  const isOpen = 'properties' in node && !('additionalProperties' in node);
  return (isOpen ? { ...copy, additionalProperties: false } : copy) as Node;
}

const eachClosed = (members: object): object =>
  Object.fromEntries(Object.entries(members).map(([name, schema]) => [name, closed(schema)]));
