/**
 * Whether any object in a JSON text has a duplicate member. `JSON.parse` keeps the last one, but another parser on the
 * way may have used the first (RFC 7519 §4, RFC 8725 §2.4).
 *
 * @param json text that `JSON.parse` accepts
 */
export function hasDuplicateMembers(json: string): boolean {
  const open: Set<string>[] = [];
  for (const [lexeme, quoted, colon] of json.matchAll(/("(?:[^"\\]|\\.)*")(\s*:)?|[{}]/gs)) {
    if (lexeme === '{') open.push(new Set());
    else if (lexeme === '}') open.pop();
    else if (quoted !== undefined && colon !== undefined) {
      const name: unknown = JSON.parse(quoted);
      const members = open.at(-1);
      if (members?.has(String(name))) return true;
      members?.add(String(name));
    }
  }
  return false;
}
