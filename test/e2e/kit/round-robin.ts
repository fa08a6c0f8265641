import { connect, createServer, type Socket } from 'node:net';

/** A minimal load balancer. Each connection goes to the next port that accepts it. */
export async function roundRobin(port: number, targets: readonly number[]): Promise<{ close(): Promise<void> }> {
  const open = new Set<Socket>();
  let turn = 0;

  const server = createServer((near) => {
    open.add(near);
    near.on('error', () => near.destroy()).on('close', () => open.delete(near));
    dial(near, targets.length);
  });

  function dial(near: Socket, attempts: number): void {
    if (attempts === 0) return void near.destroy();
    turn += 1;
    const far = connect(targets[turn % targets.length] ?? 0, '127.0.0.1');
    open.add(far);
    far.on('close', () => open.delete(far));
    const refused = () => dial(near, attempts - 1);
    far.once('error', refused);
    far.once('connect', () => {
      far.off('error', refused).on('error', () => near.destroy());
      near.on('close', () => far.destroy());
      far.on('close', () => near.destroy());
      near.pipe(far).pipe(near);
    });
  }

  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', resolve);
  });
  return {
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        for (const socket of open) socket.destroy();
      }),
  };
}
