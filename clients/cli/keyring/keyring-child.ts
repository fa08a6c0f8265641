import type { AsyncEntry } from '@napi-rs/keyring';
import type { KeyringAnswer, KeyringRequest } from './protocol.ts';

/**
 * The process that talks to the keyring: it gets one request and gives one answer. The command ends it, also while the
 * keyring waits for a person, and it ends when the command is gone.
 */

/** Under which name a person finds our entries in their keyring's program. */
const service = 'latchkey';
/** On Linux, the library would otherwise also use the kernel's keyring, which forgets everything when the machine starts. */
const options = { linux: { store: 'secret-service' } } as const;

// Ctrl-C is the command's to handle. While a call waits in another thread, `process.exit` would wait for it.
process.on('SIGINT', () => undefined).once('disconnect', () => process.kill(process.pid, 'SIGKILL'));
process.once('message', async (request: KeyringRequest) => {
  process.send?.(await answer(request));
});

async function answer(request: KeyringRequest): Promise<KeyringAnswer> {
  let library: typeof import('@napi-rs/keyring');
  try {
    library = await import('@napi-rs/keyring');
  } catch (error) {
    return { ok: false, code: 'no_library', detail: (error as NodeJS.ErrnoException).code ?? 'its binary is missing' };
  }
  let entry: AsyncEntry;
  try {
    entry = new library.AsyncEntry(service, request.id, options);
  } catch (error) {
    return { ok: false, code: 'no_service', detail: messageOf(error) };
  }
  try {
    return { ok: true, key: await work(entry, request) };
  } catch (error) {
    return { ok: false, code: 'refused', detail: messageOf(error) };
  }
}

async function work(entry: AsyncEntry, request: KeyringRequest): Promise<string | undefined> {
  switch (request.do) {
    case 'get':
      return read(entry);
    case 'put':
      await entry.setSecret(new TextEncoder().encode(request.key));
      // What was not kept would be missed when the tokens are encrypted with it.
      if ((await read(entry)) !== request.key) throw new Error('it did not keep what was stored');
      return undefined;
    case 'remove':
      await entry.deleteCredential();
      return undefined;
  }
}

async function read(entry: AsyncEntry): Promise<string | undefined> {
  const bytes = await entry.getSecret();
  return bytes === null ? undefined : new TextDecoder().decode(Uint8Array.from(bytes));
}

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));
