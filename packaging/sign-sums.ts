import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createReadStream } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { promisify } from 'node:util';

/** Who signs, as `allowed_signers` names them (ssh-keygen(1), "ALLOWED SIGNERS"). */
export const signer = 'release@latchkey';

/**
 * Signs `SHA256SUMS` of a folder with an SSH key and writes `SHA256SUMS.sig` beside it. Then verifies it as users do.
 *
 * @param key the private key's file, or the public key's if an agent or a hardware token holds the private one
 * @param allowedSigners the file that users verify with
 * @throws if the key can't sign, or `allowedSigners` doesn't have it
 */
export async function signSums(folder: string, key: string, allowedSigners: string): Promise<void> {
  const sums = join(folder, 'SHA256SUMS');
  await rm(`${sums}.sig`, { force: true });
  // A hardware token or a passphrase asks the person.
  const [code] = await once(
    spawn('ssh-keygen', ['-Y', 'sign', '-f', key, '-n', 'file', sums], { stdio: 'inherit' }),
    'close',
  );
  if (code !== 0) throw new Error(`${key} can't sign: see what ssh-keygen says.`);
  try {
    await verifySums(folder, allowedSigners);
  } catch (cause) {
    await rm(`${sums}.sig`);
    throw new Error(`Users can't verify a signature by ${key}: it isn't the key of ${signer} in ${allowedSigners}.`, {
      cause,
    });
  }
}

/** @throws if the signature is not of this `SHA256SUMS`, or by nobody in `allowedSigners` */
export async function verifySums(folder: string, allowedSigners: string): Promise<void> {
  const sums = join(folder, 'SHA256SUMS');
  const args = ['-Y', 'verify', '-f', allowedSigners, '-I', signer, '-n', 'file', '-s', `${sums}.sig`];
  const verifying = promisify(execFile)('ssh-keygen', args);
  const { stdin } = verifying.child;
  // A refusal may come before all is read.
  const fed = stdin ? pipeline(createReadStream(sums), stdin).catch(() => undefined) : undefined;
  await Promise.all([verifying, fed]);
}
