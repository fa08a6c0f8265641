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

/** The bytes of a GET. */
export function get({ host, path, headers = {} }: Pick<PostOptions, 'host' | 'path' | 'headers'>): Buffer {
  const lines = Object.entries({ Host: host, ...headers }).map(([name, value]) => `${name}: ${value}\r\n`);
  return Buffer.from(`GET ${path} HTTP/1.1\r\n${lines.join('')}\r\n`);
}

/** A form as a POST, with the client's credentials (RFC 6749 §2.3.1) if it has some. */
export function postForm(
  { host, path, basic }: { host: string; path: string; basic?: string },
  form: Record<string, string>,
): Buffer {
  return post({
    host,
    path,
    contentType: 'application/x-www-form-urlencoded',
    body: new URLSearchParams(form).toString(),
    headers: basic === undefined ? {} : { Authorization: `Basic ${Buffer.from(basic).toString('base64')}` },
  });
}
