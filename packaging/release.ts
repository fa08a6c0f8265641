import { spawnSync } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readVersion } from '../extension/packaging/version.ts';
import { root } from './packages.ts';
import { allowedSigners, releaseFaults } from './release-faults.ts';
import { scriptOptions } from './script-options.ts';
import { signSums } from './sign-sums.ts';

const usage = `npm run release -- --key FILE

Makes the files of a release in dist/packages: packs twice, compares the sums, signs them, and verifies the signature with
packaging/allowed_signers. Refuses a source that isn't ready, and says what is missing. Publishes nothing.

  --key FILE  SSH key that signs; the public half if an agent or a hardware token holds the private one`;

const { values } = scriptOptions(usage, { options: { key: { type: 'string' } } });
const { key } = values;
if (key === undefined) end('--key is missing.', 2);

const faults = await releaseFaults(root, await readVersion());
if (faults.length > 0) end(faults.join('\n'), 1);

const out = join(root, 'dist/packages');
const again = await mkdtemp(join(tmpdir(), 'latchkey-release-'));
const [sums, sumsAgain] = [await pack(out), await pack(again)];
await rm(again, { recursive: true });
if (sums !== sumsAgain) end('Packed twice, and the sums differ: the build is not reproducible.', 1);

await signSums(out, key, join(root, allowedSigners)).catch(({ message }: Error) => end(message, 1));
process.stdout.write(
  `\nSigned: ${join(out, 'SHA256SUMS.sig')}\nPublish the files of ${out} with the changelog's section.\n`,
);

async function pack(folder: string): Promise<string> {
  const args = [join(import.meta.dirname, 'pack.ts'), '--out', folder];
  if (spawnSync(process.execPath, args, { cwd: root, stdio: 'inherit' }).status !== 0) process.exit(1);
  return readFile(join(folder, 'SHA256SUMS'), 'utf8');
}

function end(message: string, code: number): never {
  process.stderr.write(`${message}\n${code === 2 ? `\n${usage}\n` : ''}`);
  process.exit(code);
}
