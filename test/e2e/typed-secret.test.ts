import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

/** Secrets that are typed, in a real terminal. */

const bin = fileURLToPath(new URL('../../broker/bin/latchkey.js', import.meta.url));
const secret = 'a-secret-of-this-test';
const hasScript = process.platform === 'linux' && spawnSync('script', ['--version']).error === undefined;
const why = hasScript ? '' : ' (skipped: script, of util-linux, is not installed)';

/** A terminal in which a shell runs a command, and then says how the command ended and whether the terminal echoes. */
async function type(command: string, keys: string) {
  const line = `${process.execPath} ${bin} ${command}; echo "code $?"; stty -a | tr ' ;' '\\n\\n' | grep -x -- '-*echo'`;
  const env = { PATH: process.env.PATH ?? '', SHELL: '/bin/sh', TERM: 'xterm', HOME: '/nowhere' };
  const terminal = spawn('script', ['--quiet', '--flush', '--return', '--command', line, '/dev/null'], {
    env,
    stdio: ['pipe', 'pipe', 'ignore'],
  });
  let shown = '';
  terminal.stdout.setEncoding('utf8').on('data', (text: string) => {
    if (!shown.includes('ends it): ') && (shown + text).includes('ends it): ')) terminal.stdin.write(keys);
    shown += text;
  });
  await once(terminal, 'close');
  return shown.replaceAll('\r\n', '\n');
}

describe.skipIf(!hasScript)(`a secret that is typed${why}`, () => {
  it('is not shown', async () => {
    const shown = await type('services secret --from-stdin', `${secret}\r`);
    expect(shown).toMatch(/^Secret \(not shown; Enter ends it\): \nsecret_hash {2}scrypt:\S+\ncode 0\necho\n$/);
  });

  it('is not shown to latchkey services token either, which sends it', async () => {
    const command = 'services token --issuer http://127.0.0.1:1 --client nightly --secret-file -';
    const shown = await type(command, `${secret}\r`);
    expect(shown).not.toContain(secret);
    expect(shown).toContain("Can't reach http://127.0.0.1:1");
    expect(shown).toMatch(/\ncode 5\necho\n$/);
  });

  it.each([
    ['services secret --from-stdin', /^Secret \(not shown; Enter ends it\): \ncode 130\necho\n$/],
    [
      'services token --issuer http://127.0.0.1:1 --client nightly --secret-file -',
      /^Secret of the service .*: \nlatchkey services token: interrupted\ncode 130\necho\n$/,
    ],
  ])('leaves a terminal that shows what is typed, after Ctrl-C: %s', async (command, shown) => {
    expect(await type(command, 'a-sec\u0003')).toMatch(shown);
  });

  it('is no private key: the command says how to pipe one', async () => {
    const line = ['services', 'token', '--issuer', 'http://127.0.0.1:1', '--client', 'a', '--key-file', '-'].join(' ');
    const shown = await type(line, '');
    expect(shown).toContain('--key-file - reads a pipe, and stdin is a terminal. Name the file, or append: < FILE');
    expect(shown).toContain('\ncode 2\n');
  });
});
