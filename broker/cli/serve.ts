import { createLog } from '../log.ts';
import { startBroker } from '../serve.ts';
import { configFrom } from './config-option.ts';

/** What `--help` prints. */
export const usage = `Usage: latchkey serve [--config FILE]

Run the broker until SIGTERM or SIGINT. SIGHUP makes it read the configuration and the key file again.

  --config FILE   configuration file (default: latchkey.yaml, env: LATCHKEY_CONFIG)
`;

/** `latchkey serve`: runs until SIGTERM or SIGINT, then finishes pending requests. SIGHUP rereads the configuration and the key file. */
export async function serve(argv: readonly string[]): Promise<number> {
  const config = configFrom(argv);
  const broker = await startBroker(config, createLog(process.stdout));
  process.on('SIGHUP', () => {
    broker.reloadKeys();
    broker.reloadConfig(() => configFrom(argv));
  });
  await new Promise<void>((stop) => {
    for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => stop());
  });
  await broker.close();
  return 0;
}
