import { createPublicKey, generateKeyPairSync, type KeyObject } from 'node:crypto';
import { existsSync, readFileSync, statSync } from 'node:fs';
import { shellWord } from '@latchkey/shared/shell-word.ts';
import { chromeExtensionBuild } from '../config/extension-builds.ts';
import { fileFault } from '../file-fault.ts';
import { isPrivateMode } from '../keys/private-mode.ts';
import { createNewFile } from '../new-file.ts';

/** The identity of a Chrome build, as the configuration has it. */
export interface ExtensionKey {
  /** `extension.chrome_key`: the public key, SubjectPublicKeyInfo in base64. */
  chromeKey: string;
  /** `extension.chrome_ids`. */
  id: string;
  redirectUri: string;
  /** Whether the file is new. */
  created: boolean;
}

/** The file can't be made or read. The message gives the cause and the fix. */
export class ExtensionKeyError extends Error {
  override readonly name = 'ExtensionKeyError';
  readonly code = 'invalid_extension_key';
}

/**
 * Creates the private key that signs the extension's packages (RSA 2048, PKCS #8 in PEM), readable only by its owner. A
 * file that exists is read, never overwritten: a new key would be another extension.
 *
 * @throws {ExtensionKeyError}
 */
export function extensionKey(path: string): ExtensionKey {
  const { save, ...key } = prepareExtensionKey(path);
  save();
  return key;
}

/** Like {@link extensionKey}, in two steps: a new key is written by `save`. */
export function prepareExtensionKey(path: string): ExtensionKey & { save(): void } {
  if (existsSync(path)) return { ...describe(publicKeyOf(path)), created: false, save: () => undefined };
  const { publicKey, privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const pem = privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
  const save = () => {
    try {
      createNewFile(path, pem, 0o600);
    } catch (cause) {
      const { reason, cure } = fileFault(cause, path);
      throw new ExtensionKeyError(`can't write ${path}: ${reason}. ${cure}`, { cause });
    }
  };
  return { ...describe(inBase64(publicKey)), created: true, save };
}

const describe = (chromeKey: string) => ({ chromeKey, ...chromeExtensionBuild(chromeKey) });

const inBase64 = (publicKey: KeyObject): string => publicKey.export({ type: 'spki', format: 'der' }).toString('base64');

/** Whoever has this key can sign an update that every browser of the organization installs. */
function requirePrivate(path: string): void {
  const { mode, uid } = statSync(path);
  if (isPrivateMode({ mode, uid }, process.getuid?.())) return;
  throw new ExtensionKeyError(
    `${path} can be read by other users (mode ${(mode & 0o777).toString(8)}). Check who could have read it, then run: chmod 600 ${shellWord(path)}`,
  );
}

function publicKeyOf(path: string): string {
  requirePrivate(path);
  try {
    const key = createPublicKey(readFileSync(path));
    if (key.asymmetricKeyType === 'rsa') return inBase64(key);
  } catch (cause) {
    const { code, syscall } = cause as NodeJS.ErrnoException;
    if (syscall !== undefined) throw new ExtensionKeyError(`can't read ${path} (${code})`, { cause });
  }
  throw new ExtensionKeyError(`${path} is not an RSA private key in PEM. Name another file with --file`);
}
