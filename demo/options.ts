import { parseArgs } from 'node:util';
import type { BrowserName } from './browser/install.ts';

export interface DemoOptions {
  /** The first of consecutive ports; 0 finds free ones. */
  port: number;
  /** The folder of the demo's state. */
  dir: string;
  /** Which browser is opened, or plays the tour. */
  browser: BrowserName;
  /** Whether a browser is opened for the person. */
  opens: boolean;
  json: boolean;
  tour: boolean;
  help: boolean;
}

/** The command line is wrong. The message says how to fix it. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

export const usage = `npm run demo -- [options]

Starts an identity provider, the broker, two sites and an API, builds the extension and opens a browser with it.

  --port N       first of a row of ports (default 9400; 0 finds a free row)
  --dir D        folder of the state (default .demo)
  --browser NAME chromium or firefox (default chromium); for the tour, too
  --no-browser   opens no browser
  --json         prints one line of JSON when everything listens, opens no browser, runs until SIGTERM
  --tour         plays the whole main job in a headless browser, then ends; screenshots go to demo/tour/,
                 those of Firefox to demo/tour-firefox/
  --help         prints this`;

const maxFirstPort = 65_500;

/**
 * Reads the command line.
 *
 * @throws {UsageError} on an unknown option or an invalid value
 */
export function parseOptions(args: string[]): DemoOptions {
  const { values } = parse(args);
  if (!/^\d{1,5}$/.test(values.port) || Number(values.port) > maxFirstPort) {
    throw new UsageError(`--port is "${values.port}": give a number from 0 to ${maxFirstPort}`);
  }
  if (values.dir === '') throw new UsageError('--dir is empty: give a folder');
  if (values.json && values.tour) throw new UsageError('--json and --tour exclude each other: choose one');
  const { browser } = values;
  if (browser !== 'chromium' && browser !== 'firefox') {
    throw new UsageError(`--browser is "${browser}": give chromium or firefox`);
  }
  return {
    port: Number(values.port),
    dir: values.dir,
    browser,
    opens: !values['no-browser'],
    json: values.json,
    tour: values.tour,
    help: values.help,
  };
}

function parse(args: string[]) {
  try {
    return parseArgs({
      args,
      options: {
        port: { type: 'string', default: '9400' },
        dir: { type: 'string', default: '.demo' },
        browser: { type: 'string', default: 'chromium' },
        'no-browser': { type: 'boolean', default: false },
        json: { type: 'boolean', default: false },
        tour: { type: 'boolean', default: false },
        help: { type: 'boolean', short: 'h', default: false },
      },
    });
  } catch (cause) {
    throw new UsageError(cause instanceof Error ? cause.message : String(cause), { cause });
  }
}
