import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ClientAuth } from 'oauth4webapi';
import { describe, expect, it } from 'vitest';
import { UsageError } from './io.ts';
import { serviceAuthentication } from './service-authentication.ts';

/** What an authentication adds to a request. */
async function sentBy(authenticate: ClientAuth): Promise<string> {
  const body = new URLSearchParams();
  await authenticate({ issuer: 'https://a.example' }, { client_id: 'a' }, body, new Headers());
  return String(body);
}

/** Somebody at a terminal, or a pipe. */
function stdin(isTerminal: boolean, text: string) {
  const questions: string[] = [];
  return {
    questions,
    env: {},
    inputIsTerminal: isTerminal,
    input: async () => (isTerminal ? Promise.reject(new Error('it would be shown')) : text),
    hiddenInput: async (question: string) => {
      questions.push(question);
      return text;
    },
  };
}

describe('--secret-file -', () => {
  it('asks at a terminal, which shows nothing', async () => {
    const io = stdin(true, 'a-secret');
    expect(await sentBy(await serviceAuthentication({ 'secret-file': '-' }, io))).toContain('client_secret=a-secret');
    expect(io.questions).toEqual([expect.stringContaining('not shown')]);
  });

  it('asks nobody where there is a pipe, or a file', async () => {
    const io = stdin(false, 'a-secret\n');
    expect(await sentBy(await serviceAuthentication({ 'secret-file': '-' }, io))).toContain('client_secret=a-secret');
    const dir = await mkdtemp(join(tmpdir(), 'latchkey-'));
    try {
      await writeFile(join(dir, 'secret'), 'another');
      const terminal = stdin(true, 'a-secret');
      const sent = await sentBy(await serviceAuthentication({ 'secret-file': join(dir, 'secret') }, terminal));
      expect(sent).toContain('client_secret=another');
      expect([io.questions, terminal.questions]).toEqual([[], []]);
    } finally {
      await rm(dir, { recursive: true });
    }
  });
});

describe('--key-file -', () => {
  it('is refused at a terminal, with the cure', async () => {
    const refused = serviceAuthentication({ 'key-file': '-' }, stdin(true, '{}'));
    await expect(refused).rejects.toThrow(UsageError);
    await expect(refused).rejects.toThrow('append: < FILE');
  });
});
