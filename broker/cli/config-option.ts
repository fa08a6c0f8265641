import { parseArgs } from 'node:util';
import { loadConfig, type Reading } from '../config/load.ts';
import type { Config } from '../config/types.ts';

/** `--config FILE`, else `LATCHKEY_CONFIG`, else `latchkey.yaml` in the current folder. */
export const configFrom = (argv: readonly string[]): Config => wholeConfigOf(optionOf(argv));

/** The same. @param option the value of `--config` */
export const wholeConfigOf = (option: string | undefined): Config => configOf(option, {});

/**
 * The configuration for a command that uses only the store and the key file: the providers' secrets don't have to be there.
 *
 * @param option the value of `--config`
 */
export const storeConfigOf = (option: string | undefined): Config => configOf(option, { needsSecrets: false });

/** The value of `--config`, for commands that have no other option. */
export const optionOf = (argv: readonly string[]): string | undefined =>
  parseArgs({ args: [...argv], options: { config: { type: 'string' } } }).values.config;

const configOf = (option: string | undefined, reading: Reading): Config =>
  loadConfig(option ?? (process.env.LATCHKEY_CONFIG || 'latchkey.yaml'), process.env, reading);
