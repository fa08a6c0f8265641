import { connect, createServer, type Socket } from 'node:net';

/** A proxy to a TCP port whose connection can be cut and restored, to simulate network failures. */
export async function cuttable(port: number): Promise<{ port: number; cut(): void; mend(): void; close(): void }> {
  const open = new Set<Socket>();
  let up = true;
  const server = createServer((near) => {
    if (!up) return near.destroy();
    const far = connect(port, '127.0.0.1');
    for (const socket of [near, far]) {
      open.add(socket);
      socket.on('error', () => {}).on('close', () => open.delete(socket));
    }
    near.pipe(far).pipe(near);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const cut = () => {
    up = false;
    for (const socket of open) socket.destroy();
  };
  return {
    port: (server.address() as { port: number }).port,
    cut,
    mend: () => {
      up = true;
    },
    close: () => {
      cut();
      server.close();
    },
  };
}
