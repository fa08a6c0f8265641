import { type Agent, request } from 'node:http';

export interface Answer {
  status: number;
  headers: Record<string, string>;
  body: string;
  /** Whether the connection was reused. */
  reused: boolean;
}

export interface Question {
  method?: string;
  /** Sent unchanged, including dot segments. */
  path: string;
  headers?: Record<string, string | string[]>;
  body?: string;
  agent?: Agent;
  /** Idle timeout in milliseconds (default 15 000). */
  deadlineMs?: number;
}

/** Sends one raw request. `fetch` would normalize the path and merge headers. */
export function ask(
  port: number,
  { method = 'GET', path, headers = {}, body, agent, deadlineMs = 15_000 }: Question,
): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const outgoing = request(
      { host: '127.0.0.1', port, method, path, headers, ...(agent === undefined ? {} : { agent }) },
      (res) => {
        const chunks: Buffer[] = [];
        res.on('data', (chunk: Buffer) => chunks.push(chunk));
        res.on('error', reject);
        res.on('end', () =>
          resolve({
            status: res.statusCode ?? 0,
            headers: Object.fromEntries(
              Object.entries(res.headers).map(([name, value]) => [name, [value].flat().join(', ')]),
            ),
            body: Buffer.concat(chunks).toString('utf8'),
            reused: outgoing.reusedSocket,
          }),
        );
      },
    );
    outgoing.setTimeout(deadlineMs, () =>
      outgoing.destroy(new Error(`no answer within ${deadlineMs} ms to ${method} ${path}`)),
    );
    outgoing.on('error', reject);
    outgoing.end(body);
  });
}
