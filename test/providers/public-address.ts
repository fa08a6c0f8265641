import { createServer, type IncomingMessage, request, type ServerResponse } from 'node:http';
import { dated, type Trouble } from './trouble.ts';

/** A request to the provider's token endpoint, as the broker sent it. */
export interface TokenRequest {
  /** Its path. */
  endpoint: string;
  grantType: string;
  refreshToken: string | undefined;
  /** The client's credentials, as in the request. */
  authorization: string | undefined;
  status: number;
}

/** A provider's public address: a reverse proxy that watches token requests, and can lose an answer. */
export interface PublicAddress {
  /** The token requests that the provider has answered, oldest first. */
  tokenRequests: readonly TokenRequest[];
  /** Cuts the next connection for a refresh after the provider has answered. @returns when it has happened */
  loseNextRefresh(): Promise<void>;
  /** From now on, this goes wrong on the way. */
  interfere(trouble: Trouble): void;
  close(): Promise<void>;
}

/**
 * Sends everything on to `target`. While nothing listens there, answers 502, like a reverse proxy.
 *
 * @param port the public address's
 * @param target the port that the provider listens on
 */
export async function openPublicAddress(port: number, target: number): Promise<PublicAddress> {
  const tokenRequests: TokenRequest[] = [];
  let lost: (() => void) | undefined;
  let trouble: Trouble = {};

  async function forward(req: IncomingMessage, res: ServerResponse): Promise<void> {
    const body = await bytesOf(req);
    if (trouble.instead?.(req, res)) return;
    const options = { port: target, host: '127.0.0.1', method: req.method, path: req.url, headers: req.headers };
    const upstream = request(options, (answer) => void answered(answer).catch(() => res.destroy()));
    upstream.on('error', () => {
      if (res.headersSent) res.destroy();
      else res.writeHead(502, { 'Content-Type': 'text/html' }).end('<h1>502 Bad Gateway</h1>');
    });
    upstream.end(body);

    async function answered(answer: IncomingMessage): Promise<void> {
      const form = new URLSearchParams(body.toString());
      const grantType = req.method === 'POST' ? form.get('grant_type') : null;
      const content = await bytesOf(answer);
      const status = answer.statusCode ?? 0;
      if (grantType !== null) {
        const { authorization } = req.headers;
        tokenRequests.push({
          endpoint: req.url ?? '',
          grantType,
          refreshToken: form.get('refresh_token') ?? undefined,
          authorization,
          status,
        });
      }
      if (grantType === 'refresh_token' && lost) {
        lost();
        lost = undefined;
        res.destroy();
        return;
      }
      const { clockMs } = trouble;
      const headers = withoutHopByHop(answer.rawHeaders, clockMs === undefined ? [] : ['date']);
      res.writeHead(status, [...headers, ...(clockMs === undefined ? [] : ['Date', dated(clockMs)])]).end(content);
    }
  }

  const server = createServer((req, res) => void forward(req, res).catch(() => res.destroy()));
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', resolve);
  });
  return {
    tokenRequests,
    loseNextRefresh: () =>
      new Promise((resolve) => {
        lost = resolve;
      }),
    interfere(next) {
      trouble = next;
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

async function bytesOf(message: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of message) chunks.push(chunk);
  return Buffer.concat(chunks);
}

const hopByHop = ['connection', 'keep-alive', 'transfer-encoding', 'content-length'];

/** The headers without those that describe the connection. @param raw names and values in turn @param others also left out */
function withoutHopByHop(raw: readonly string[], others: readonly string[]): string[] {
  const left = [...hopByHop, ...others];
  const kept: string[] = [];
  for (let i = 0; i + 1 < raw.length; i += 2) {
    const [name = '', value = ''] = [raw[i], raw[i + 1]];
    if (!left.includes(name.toLowerCase())) kept.push(name, value);
  }
  return kept;
}
