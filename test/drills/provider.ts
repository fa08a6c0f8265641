import { createServer, type Server } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import { createIdp } from '../../demo/idp/idp.ts';
import { demoUsers } from '../../demo/users.ts';
import { redirectUri } from '../e2e/kit/broker.ts';
import { clientSecret } from '../e2e/kit/replicas.ts';

interface TlsFiles {
  key: string;
  cert: string;
}

/** A second provider, besides the one of the scene: the same people, at another issuer. */
export async function startProvider({ port, broker, tls }: { port: number; broker: string; tls?: TlsFiles }) {
  const issuer = tls ? `https://localhost:${port}` : `http://localhost:${port}`;
  const idp = await createIdp({
    issuer,
    client: {
      id: 'latchkey-broker',
      secret: clientSecret,
      redirectUris: [redirectUri, `${broker}/callback`],
      postLogoutRedirectUris: [],
    },
    users: demoUsers,
    now: Date.now,
    log: (line) => process.stderr.write(`${line}\n`),
  });
  /** Token requests with a refresh token. */
  let refreshes = 0;
  const handler: typeof idp.handler = (req, res) => {
    if (req.method === 'POST' && req.url === '/token') {
      req.on('data', (chunk) => {
        if (String(chunk).includes('grant_type=refresh_token')) refreshes += 1;
      });
    }
    return idp.handler(req, res);
  };
  const tlsServer = tls && createTlsServer(tls, handler);
  const server: Server = tlsServer ?? createServer(handler);
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen({ port, host: '127.0.0.1' }, resolve);
  });
  return {
    issuer,
    get refreshes() {
      return refreshes;
    },
    /** Presents another certificate from now on. */
    present(files: TlsFiles) {
      tlsServer?.setSecureContext(files);
      server.closeAllConnections();
    },
    close: () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
