import { createServer, type RequestListener } from 'node:http';

export interface Listening {
  close(): Promise<void>;
}

/** Serves on loopback until closed. Closing cuts open connections, so it never hangs. */
export async function serve(handler: RequestListener, port: number): Promise<Listening> {
  const server = createServer(handler);
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen({ port, host: '127.0.0.1' }, resolve);
  });
  return {
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
