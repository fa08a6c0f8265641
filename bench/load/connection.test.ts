import { describe, expect, it } from 'vitest';
import { parseAnswer } from './connection.ts';

const head = 'HTTP/1.1 400 Bad Request\r\nConnection: keep-alive\r\ncontent-length: 5\r\n\r\n';

describe('an answer', () => {
  it('is read once all of it is there', () => {
    expect(parseAnswer(head.slice(0, -2))).toBeUndefined();
    expect(parseAnswer(`${head}1234`)).toBeUndefined();
    expect(parseAnswer(`${head}12345`)).toEqual({ status: 400, body: '12345' });
  });

  it('without a length is refused', () => {
    expect(() => parseAnswer('HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n')).toThrow('Content-Length');
  });
});
