export interface PostOptions {
  /** The server's `host:port`. */
  host: string;
  path: string;
  contentType: string;
  body: string;
  headers?: Readonly<Record<string, string>>;
}

/** The bytes of a POST, built before the clock starts. */
export function post({ host, path, contentType, body, headers = {} }: PostOptions): Buffer {
  const fields = {
    Host: host,
    'Content-Type': contentType,
    'Content-Length': String(Buffer.byteLength(body)),
    ...headers,
  };
  const lines = Object.entries(fields).map(([name, value]) => `${name}: ${value}\r\n`);
  return Buffer.from(`POST ${path} HTTP/1.1\r\n${lines.join('')}\r\n${body}`);
}
