import { describe, expect, it } from 'vitest';
import { LineCounter, parseDocument } from 'yaml';
import { yamlFault } from './yaml-fault.ts';

function faultOf(source: string) {
  const lines = new LineCounter();
  return yamlFault(parseDocument(source, { lineCounter: lines }), source, lines);
}

describe('text that is not YAML', () => {
  it.each([
    ['a list', 'issuer: x\norigins: [a, b\nstore: y\n', '"[" has no closing "]"', 2],
    ['a list in a list', 'issuer: x\norigins: [a, [b]\nstore: y\n', '"[" has no closing "]"', 2],
    ['a list with a bracket in a text', 'origins: ["a]", b\nstore: "]"\n', '"[" has no closing "]"', 1],
    ['a list with a bracket in a comment', 'origins: [a, b # ]\nstore: y\n', '"[" has no closing "]"', 1],
    ['a map', 'issuer: x\n\nokta: { client_id: a\nstore: y\n', '"{" has no closing "}"', 3],
    [
      'a list whose end is not indented',
      'issuer: x\nokta:\n  scopes: [\n  a\n]\n',
      'the lines up to it are not indented',
      3,
    ],
  ])('names the line where %s was opened', (_, source, message, line) => {
    expect(faultOf(source)).toEqual({ path: [], message: expect.stringContaining(message), line });
  });

  it('keeps what the parser says of other errors', () => {
    expect(faultOf('issuer: x\nissuer: y\n')).toEqual({
      path: [],
      message: 'is not YAML: Map keys must be unique',
      line: 2,
    });
  });

  it('is told from YAML', () => {
    expect(faultOf('origins: [a, { b: c }]\n')).toBeUndefined();
  });
});
