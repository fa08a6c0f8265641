import type { FakeBroker } from '../../device/testing/fake-broker.ts';
import type { Io } from '../io.ts';
import { commands, runCommand } from '../run.ts';
import { fakeKeyring } from './fake-keyring.ts';

/** Runs a command line, split at spaces, with its credentials in `home`. Default: there is no keyring. */
export async function runIn(home: string, broker: FakeBroker, line: string, changes: Partial<Io> = {}) {
  let [out, err] = ['', ''];
  const words = line.split(' ');
  const name = words.splice(0, commands.has(words.slice(0, 2).join(' ')) ? 2 : 1).join(' ');
  const io: Io = {
    ...broker,
    out: (text) => {
      out += text;
    },
    err: (text) => {
      err += text;
    },
    input: async () => '',
    inputIsTerminal: false,
    hiddenInput: () => Promise.reject(new Error('nobody types here')),
    errIsTerminal: false,
    outHasColors: false,
    env: { LATCHKEY_HOME: home },
    browserHere: false,
    openBrowser: async () => false,
    keyring: fakeKeyring('no_service').keyring,
    runProgram: async () => 0,
    signal: new AbortController().signal,
    ...changes,
  };
  return { code: await runCommand(name, words, io), out, err };
}
