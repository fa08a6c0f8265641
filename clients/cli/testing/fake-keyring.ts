import { type Keyring, KeyringFault, type KeyringFaultCode } from '../keyring/keyring.ts';

/** A keyring in memory, which fails as the test says. */
export function fakeKeyring(fault?: KeyringFaultCode) {
  const state = {
    /** Entries, by ID. */
    entries: new Map<string, string>(),
    /** Why every call fails. */
    fault,
    /** What it was asked, oldest first. */
    calls: [] as string[],
    /** Runs before each answer: what other processes do meanwhile. */
    before: async (_call: string): Promise<void> => undefined,
  };
  const asked = async (call: string) => {
    state.calls.push(call);
    await state.before(call);
    if (state.fault) throw new KeyringFault(state.fault);
  };
  const keyring: Keyring = {
    async get(id) {
      await asked('get');
      return state.entries.get(id);
    },
    async put(id, key) {
      await asked('put');
      state.entries.set(id, key);
    },
    async remove(id) {
      await asked('remove');
      state.entries.delete(id);
    },
  };
  return { keyring, state };
}
