import { parseArgs } from 'node:util';
import { loadConfig } from '../config/load.ts';
import type { Config } from '../config/types.ts';

/** `--config FILE`, else `LATCHKEY_CONFIG`, else `latchkey.yaml` in the current folder. */
export function configFrom(argv: readonly string[]): Config {
  const { values } = parseArgs({ args: [...argv], options: { config: { type: 'string' } } });
  return loadConfig(values.config ?? (process.env.LATCHKEY_CONFIG || 'latchkey.yaml'), process.env);
}
