/** Aborts at Ctrl-C, at SIGTERM, when the terminal closes, and when npm, which started this process, is gone. */
export function stopSignal(): AbortSignal {
  const controller = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, () => controller.abort());
  if (process.env.npm_lifecycle_event !== undefined) whenOrphaned(() => controller.abort());
  return controller.signal;
}

/** npm sends a signal to the shell between npm and this process. The shell exits without passing it on, so watch for a new parent. */
function whenOrphaned(stop: () => void): void {
  const parent = process.ppid;
  const watch = setInterval(() => {
    if (process.ppid === parent) return;
    clearInterval(watch);
    stop();
  }, 250).unref();
}
