import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sleep } from '@latchkey/shared/sleep.ts';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { unusable, unwritable } from '../../device/store/file-fault.ts';
import { type PrivateFile, privateFile } from '../../device/store/private-file.ts';
import { StoreError } from '../../device/store/store-error.ts';
import { fakeKeyring } from '../testing/fake-keyring.ts';
import type { Place } from './place.ts';
import { sessionFile } from './session-file.ts';

/** What becomes of keys when the file or its lock can't be had for a moment. */

let home: string;
let keyring: ReturnType<typeof fakeKeyring>;
beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), 'latchkey-'));
  keyring = fakeKeyring();
});
afterEach(() => rm(home, { recursive: true }));

const open = (changes?: Partial<PrivateFile>) => {
  const path = join(home, 'default.json');
  const file = { ...privateFile(path, { now: Date.now, sleep }), ...changes };
  return sessionFile(file, keyring.keyring, 'latchkey login');
};
const tokens = { access_token: 'a', token_type: 'Bearer' as const, expires_at: 1, refresh_token: 'r' };
const credentials = { version: 1 as const, issuer: 'https://latchkey.example.com', client_id: 'tv', tokens };
const entries = () => [...keyring.state.entries];

describe.each(['EMFILE', 'ESTALE', 'EIO'])('a file that cannot be read now: %s', (code) => {
  const read = () => Promise.reject(unusable(home, { code }));

  it('keeps the key of its sign-in', async () => {
    const used = await open().place('auto');
    await open().keep(credentials, used);
    const before = entries();
    await expect(open({ read }).place('auto')).rejects.toMatchObject({ code: 'unusable' });
    await open({ read })
      .abandon(used)
      .catch(() => undefined);
    expect(entries()).toEqual(before);
    expect(await open().read()).toEqual({ credentials, place: used });
  });
});

describe('a sign-in that ends early', () => {
  const abandon = async (error: Error) => {
    const at: Place = await open().place('auto');
    await open({ locked: () => Promise.reject(error) })
      .abandon(at)
      .catch(() => undefined);
    return entries().length;
  };

  it.each([new Error('Ctrl-C'), new StoreError('locked', 'another process has it')])(
    'leaves its key where another one has the lock, which may just keep it: $message',
    async (error) => expect(await abandon(error)).toBe(1),
  );

  it('leaves none where nobody can have the lock', async () => {
    expect(await abandon(unwritable(home, { code: 'EROFS' }))).toBe(0);
  });
});
