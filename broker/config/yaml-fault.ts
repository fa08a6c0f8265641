import { type Document, isCollection, type LineCounter, visit } from 'yaml';
import type { Fault } from './fault.ts';

/**
 * What is wrong with text that is not YAML, in one fault: the errors after the first one follow from it. A bracket that
 * is never closed is reported where it was opened. The parser only notices it on a later line.
 */
export function yamlFault(document: Document.Parsed, source: string, lines: LineCounter): Fault | undefined {
  const [error] = document.errors;
  if (error === undefined) return undefined;
  const opened = /^Flow (?:sequence|map)/.test(error.message) ? unclosedBracket(document, source) : undefined;
  if (opened !== undefined) {
    const [open, close] = source[opened] === '[' ? ['[', ']'] : ['{', '}'];
    return {
      path: [],
      message: `is not YAML: "${open}" has no closing "${close}", or the lines up to it are not indented`,
      line: lines.linePos(opened).line,
    };
  }
  const message = error.message.split('\n', 1)[0]?.replace(/ at line \d+, column \d+:$/, '');
  return { path: [], message: `is not YAML: ${message}`, line: error.linePos?.[0].line };
}

/** The offset of the innermost `[` or `{` that is never closed. */
function unclosedBracket(document: Document.Parsed, source: string): number | undefined {
  let found: number | undefined;
  visit(document, {
    Node(_, node) {
      if (!isCollection(node) || node.flow !== true || !node.range) return;
      const [start, end] = node.range;
      if (source[end - 1] !== (source[start] === '[' ? ']' : '}')) found = start;
    },
  });
  return found;
}
