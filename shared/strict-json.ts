/**
 * Whether any object in a JSON text has a duplicate member. `JSON.parse` keeps the last one, but another parser on the
 * way may have used the first (RFC 7519 §4, RFC 8725 §2.4).
 *
 * @param json text that `JSON.parse` accepts
 */
export function hasDuplicateMembers(json: string): boolean {
  const open: Set<string>[] = [];
  let text = '';
  // The closing quote is optional, so that no match is given up halfway: scanning takes linear time for any text.
  for (const [lexeme] of json.matchAll(/"(?:[^"\\]|\\.)*"?|[{}:]/gs)) {
    if (lexeme === '{') open.push(new Set());
    else if (lexeme === '}') open.pop();
    else if (lexeme === ':') {
      const name = String(JSON.parse(text));
      const members = open.at(-1);
      if (members?.has(name)) return true;
      members?.add(name);
    } else text = lexeme;
  }
  return false;
}
