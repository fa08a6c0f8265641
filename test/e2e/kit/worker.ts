import type { CDPSession, Page } from 'playwright';

export type WorkerStatus = 'stopped' | 'starting' | 'running' | 'stopping';

/** Watches the extension's worker, and stops it as browsers do when it is idle. `extensionPage` can be any. */
export async function controlWorker(extensionPage: Page) {
  const session: CDPSession = await extensionPage.context().newCDPSession(extensionPage);
  let status: WorkerStatus | undefined;
  const waiting = new Set<() => void>();
  session.on('ServiceWorker.workerVersionUpdated', ({ versions }) => {
    status = versions.at(-1)?.runningStatus ?? status;
    for (const check of waiting) check();
  });
  await session.send('ServiceWorker.enable');

  const until = (wanted: WorkerStatus) =>
    new Promise<void>((resolve) => {
      const check = () => {
        if (status !== wanted) return;
        waiting.delete(check);
        resolve();
      };
      waiting.add(check);
      check();
    });

  return {
    status: () => status,
    async stop() {
      await session.send('ServiceWorker.stopAllWorkers');
      await until('stopped');
    },
  };
}
