import { parseArgs } from 'node:util';
import { storeConfigOf } from './config-option.ts';
import { extensionKey } from './extension-key.ts';
import { policyFolder, writePolicies } from './extension-policies.ts';
import { subcommandOf } from './subcommand.ts';
import { UsageError } from './usage-error.ts';

/** What `--help` prints. */
export const usage = `Usage: latchkey extension <key | policies> [options]

  extension key          create the key that gives your Chrome build its ID and signs its packages; print what belongs
                         into the configuration. If the file exists, only print
           --file FILE   the key (default: latchkey-extension.pem)
  extension policies     write the policies that install your build in Chrome, Edge and Firefox without asking
           --self-hosted URL   folder of the web server that has the packages, e.g. https://downloads.example.com/latchkey/
           --out DIR     folder to write to (default: ${policyFolder})
           --config FILE configuration file (default: latchkey.yaml, env: LATCHKEY_CONFIG)
`;

const subcommands = { key: ['file'], policies: ['self-hosted', 'out', 'config'] } as const;

/** `latchkey extension key | policies`. */
export async function extension(argv: readonly string[]): Promise<number> {
  const { values, positionals } = parseArgs({
    args: [...argv],
    options: {
      file: { type: 'string' },
      'self-hosted': { type: 'string' },
      out: { type: 'string' },
      config: { type: 'string' },
    },
    allowPositionals: true,
  });
  if (subcommandOf('extension', positionals, values, subcommands) === 'key') {
    return key(values.file ?? 'latchkey-extension.pem');
  }
  const folder = values['self-hosted'];
  if (folder === undefined) throw new UsageError('--self-hosted URL is missing: where browsers find the packages');
  const { extension: builds } = storeConfigOf(values.config);
  const out = values.out ?? policyFolder;
  for (const file of writePolicies(builds, folder, out)) say(file);
  return 0;
}

const say = (line: string) => process.stdout.write(`${line}\n`);

function key(file: string): number {
  const { chromeKey, id, redirectUri, created } = extensionKey(file);
  say(`${created ? 'Created' : 'Read'} ${file}. Keep it secret, and keep a copy: it signs every update of your extension.

Put this into the configuration, and add the redirect URI ${redirectUri}
to the client at your identity provider:

extension:
  chrome_ids: [${id}]
  chrome_key: ${chromeKey}`);
  return 0;
}
