import { createHash } from 'node:crypto';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { selfHostedUrls } from '@latchkey/shared/rollout/self-hosted-urls.ts';
import type { Target } from '../../manifest.config.ts';
import { scriptOptions } from '../../packaging/script-options.ts';
import { type BuildConfig, readBuildConfig, storeBuild } from './build-config.ts';
import { buildExtension } from './build-extension.ts';
import { lintFirefox } from './firefox-lint.ts';
import { identityLines } from './identity.ts';
import { readExtensionKey, writeSelfHosted } from './self-hosted.ts';
import { readVersion } from './version.ts';
import { zipFolder } from './zip.ts';

const usage = `npm run package -- [options]

Builds the extension for both browsers, lints it as Mozilla's store does, and writes a zip for each. The same source and
configuration give the same bytes. docs/rollout.md has every step.

  --config FILE      build for the broker and the sites of this configuration (default: for a store)
  --out DIR          folder to write to (default: dist)
  --self-hosted URL  also write what browsers install from this folder of a web server, and the policies that make them
                     do so, to self-hosted/ in that folder
  --key FILE         key that signs the package for Chrome and Edge (default: latchkey-extension.pem)
  --signed-xpi FILE  the package for Firefox, as Mozilla has signed it
  --build N          number builds of one version: browsers only update to a higher one`;

const { values } = scriptOptions(usage, {
  options: {
    config: { type: 'string' },
    out: { type: 'string', default: 'dist' },
    'self-hosted': { type: 'string' },
    key: { type: 'string', default: 'latchkey-extension.pem' },
    'signed-xpi': { type: 'string' },
    build: { type: 'string' },
  },
});

await main().catch((error: Error) => {
  console.error(error.message);
  process.exitCode = 1;
});

async function main(): Promise<void> {
  const config = await readConfig();
  const version = numbered(await readVersion(), values.build);
  await mkdir(values.out, { recursive: true });
  const zips = { chrome: await packageFor('chrome'), firefox: await packageFor('firefox') } satisfies Record<
    Target,
    unknown
  >;
  if (!config.selfHosted) return;
  const chromeKey = config.chromeKey as string;
  const signed = values['signed-xpi'];
  const written = await writeSelfHosted(
    {
      version,
      urls: config.selfHosted,
      zips,
      chromeKey,
      firefoxId: config.firefoxId,
      privateKey: await readExtensionKey(values.key, chromeKey),
      signedXpi: signed === undefined ? undefined : await readFile(signed),
    },
    join(values.out, 'self-hosted'),
  );
  for (const file of written) console.log(`self-hosted ${join(values.out, 'self-hosted', file)}`);
  if (signed === undefined) {
    console.log(
      'The XPI is unsigned: only Firefox ESR and Developer Edition can be told to install it. Have Mozilla sign it, then run this again with --signed-xpi FILE (docs/rollout.md).',
    );
  }

  async function packageFor(target: Target): Promise<Uint8Array> {
    await buildExtension(config, { target, version, outDir: values.out });
    const root = join(values.out, target);
    if (target === 'firefox') await lint(root, config);
    const file = join(values.out, `latchkey-${version}-${target}.zip`);
    const bytes = await zipFolder(root);
    await writeFile(file, bytes);
    const label = target.padEnd(8);
    for (const line of identityLines(target, config)) console.log(`${label} ${line}`);
    console.log(`${label} ${file} ${bytes.length} bytes sha256:${createHash('sha256').update(bytes).digest('hex')}`);
    return bytes;
  }
}

/** @throws {Error} if the number isn't one that browsers compare */
function numbered(version: string, build: string | undefined): string {
  if (build === undefined) return version;
  if (!/^[1-9]\d{0,4}$/.test(build) || Number(build) > 65_535)
    throw new Error('--build must be a number from 1 to 65535');
  return `${version}.${build}`;
}

/** @throws {Error} if the organization's broker would refuse the packages */
async function readConfig(): Promise<BuildConfig> {
  const folder = values['self-hosted'];
  if (values.config === undefined) {
    if (folder !== undefined)
      throw new Error('--self-hosted packages your own build: name its configuration with --config');
    return storeBuild;
  }
  const config = await readBuildConfig(values.config);
  if (config.identityFaults) {
    throw new Error(
      `${values.config} can't be packaged:\n${config.identityFaults.map((fault) => `  ${fault}`).join('\n')}`,
    );
  }
  if (folder === undefined) return config;
  const selfHosted = selfHostedUrls(folder);
  if (!selfHosted)
    throw new Error('--self-hosted must be the https: URL of a folder, without user, query and fragment');
  return { ...config, selfHosted };
}

async function lint(root: string, { selfHosted }: BuildConfig): Promise<void> {
  const complaints = await lintFirefox(root, { selfHosted: selfHosted !== undefined });
  for (const complaint of complaints) console.error(complaint);
  console.log(`firefox  lint: ${complaints.length === 0 ? 'no error, no warning' : `${complaints.length} complaints`}`);
  if (complaints.length > 0) process.exitCode = 1;
}
