import { describe, expect, it } from 'vitest';
import { parseAnswer } from './connection.ts';

const head = 'HTTP/1.1 400 Bad Request\r\nConnection: keep-alive\r\ncontent-length: 5\r\n\r\n';

describe('an answer', () => {
  it('is read once all of it is there', () => {
    expect(parseAnswer(head.slice(0, -2))).toBeUndefined();
    expect(parseAnswer(`${head}1234`)).toBeUndefined();
    expect(parseAnswer(`${head}12345`)).toEqual({ status: 400, body: '12345' });
  });

  it('in chunks is joined', () => {
    const chunked = 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n';
    const body = '3\r\nabc\r\na\r\n\r\ndefghij\n\r\n0\r\n\r\n';
    for (let end = 0; end < body.length; end += 1) expect(parseAnswer(chunked + body.slice(0, end))).toBeUndefined();
    expect(parseAnswer(chunked + body)).toEqual({ status: 200, body: 'abc\r\ndefghij\n' });
  });

  it('may have no body', () => {
    expect(parseAnswer('HTTP/1.1 204 No Content\r\n\r\n')).toEqual({ status: 204, body: '' });
  });

  it('without a length is refused', () => {
    expect(() => parseAnswer('HTTP/1.1 200 OK\r\n\r\n')).toThrow('Content-Length');
  });
});
