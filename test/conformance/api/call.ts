import { request } from 'node:http';

export interface Answer {
  status: number;
  headers: Record<string, string | undefined>;
  body: string;
}

/** Sends exactly these headers, including duplicates, which `fetch` can't do. */
export function call(port: number, headers: readonly [string, string][], method = 'GET'): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const asked = request({ host: '127.0.0.1', port, path: '/orders?page=2', method, setHost: false, agent: false });
    const hasHost = headers.some(([name]) => name === 'host');
    const names = new Set(headers.map(([name]) => name));
    for (const name of names)
      asked.setHeader(
        name,
        headers.filter(([other]) => other === name).map(([, value]) => value),
      );
    if (!hasHost) asked.setHeader('host', `127.0.0.1:${port}`);
    asked.on('error', reject);
    asked.on('response', async (answer) => {
      let body = '';
      for await (const part of answer.setEncoding('utf8')) body += part;
      const joined = Object.entries(answer.headers).map(([name, value]) => [name, String(value)]);
      resolve({ status: answer.statusCode ?? 0, headers: Object.fromEntries(joined), body });
    });
    asked.end();
  });
}
