import { connect } from '#clients/page';

const resource = document.body.dataset.api ?? '';

async function timed(act: () => Promise<unknown>): Promise<number> {
  const startedAt = performance.now();
  await act();
  return performance.now() - startedAt;
}

/** What the bench asks this page to measure. Each resolves to milliseconds. */
const bench = {
  firstToken: () =>
    timed(async () => {
      const lk = await connect({ resource, scopes: ['orders:read'] });
      await lk.getToken();
    }),
  echo: () =>
    timed(
      () =>
        new Promise((resolve) => {
          const { port1, port2 } = new MessageChannel();
          port1.onmessage = resolve;
          window.postMessage('bench:echo', window.location.origin, [port2]);
        }),
    ),
};

Object.assign(window, { bench });
