import { parseArgs } from 'node:util';
import { exactOrigin, isWebUrl } from '@latchkey/shared/origin.ts';
import { UsageError } from '../demo/options.ts';

export interface DevOptions {
  /** Exact origins of the pages. */
  sites: string[];
  /** The APIs, by the names that pages and tokens have for them. */
  apis: string[];
  /** The scopes of these APIs. */
  scopes: string[];
  /** The configuration file, if there is one. */
  config: string | undefined;
  /** The first of three consecutive ports; 0 finds free ones. */
  port: number;
  /** The folder of the state. */
  dir: string;
  browser: boolean;
}

export const usage = `Usage: latchkey dev --site ORIGIN --api URL [options]

Start an identity provider, the broker, and a browser with the extension for your own site and API, until Ctrl-C.

  --site ORIGIN   your page, such as http://localhost:5173; can be repeated
  --api URL       your API, such as http://localhost:3000; can be repeated
  --scope SCOPE   what pages may ask of these APIs (default: read and write); can be repeated
  --config FILE   users, sites, APIs, devices and services; read again when it changes
  --port N        first of three ports (default: 9400; 0 finds free ones)
  --dir DIR       folder of the state and of the browser's profile (default: .latchkey-dev)
  --no-browser    open no browser, and print how to load the extension`;

const maxFirstPort = 65_500;

/**
 * Reads the command line.
 *
 * @returns `help` if it asks for that
 * @throws {UsageError} on an unknown option or an invalid value
 */
export function parseDevOptions(args: string[]): DevOptions | 'help' {
  const { values } = parse(args);
  if (values.help) return 'help';
  const { site = [], api = [], scope = [], config, port, dir } = values;
  if (!/^\d{1,5}$/.test(port) || Number(port) > maxFirstPort) {
    throw new UsageError(`--port is "${port}": give a number from 0 to ${maxFirstPort}`);
  }
  if (dir === '') throw new UsageError('--dir is empty: give a folder');
  if (config === undefined && (site.length === 0 || api.length === 0)) {
    throw new UsageError('give --site and --api, such as --site http://localhost:5173 --api http://localhost:3000');
  }
  if ((site.length === 0) !== (api.length === 0)) {
    throw new UsageError('--site and --api belong together: a site gets tokens for an API');
  }
  for (const name of scope) {
    if (!/^[\x21\x23-\x5b\x5d-\x7e]+$/.test(name)) throw new UsageError(`--scope "${name}" is not one scope`);
  }
  return {
    sites: site.map(siteOf),
    apis: api.map(apiOf),
    scopes: scope.length > 0 ? scope : ['read', 'write'],
    config,
    port: Number(port),
    dir,
    browser: !values['no-browser'],
  };
}

/** People copy addresses with the slash at the end. */
function siteOf(text: string): string {
  const origin = exactOrigin(text.replace(/\/$/, ''));
  if (origin !== undefined) return origin;
  throw new UsageError(
    `--site ${text} is not an origin: give scheme, host and port, such as http://localhost:5173 (http on this machine only)`,
  );
}

function apiOf(text: string): string {
  if (isWebUrl(text) && !/[?#]/.test(text)) return text.replace(/^(\w+:\/\/[^/]+)\/$/, '$1');
  throw new UsageError(
    `--api ${text} is not an API's address: give a URL such as http://localhost:3000 (http on this machine only)`,
  );
}

function parse(args: string[]) {
  try {
    return parseArgs({
      args,
      options: {
        site: { type: 'string', multiple: true },
        api: { type: 'string', multiple: true },
        scope: { type: 'string', multiple: true },
        config: { type: 'string' },
        port: { type: 'string', default: '9400' },
        dir: { type: 'string', default: '.latchkey-dev' },
        'no-browser': { type: 'boolean', default: false },
        help: { type: 'boolean', short: 'h', default: false },
      },
    });
  } catch (cause) {
    throw new UsageError(cause instanceof Error ? (cause.message.split('. To specify')[0] ?? '') : String(cause), {
      cause,
    });
  }
}
