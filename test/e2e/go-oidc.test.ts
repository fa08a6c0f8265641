import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startBrokerAndIdp, type TestBroker } from './kit/broker.ts';
import { createPerson } from './kit/person.ts';

const source = join(import.meta.dirname, 'go-oidc');
const isHere = (() => {
  try {
    return execFileSync('go', ['version'], { stdio: 'pipe' }).length > 0;
  } catch {
    return false;
  }
})();

describe.skipIf(!isHere)('go-oidc, where Go is installed', () => {
  let broker: TestBroker;
  let folder: string;
  beforeAll(async () => {
    broker = await startBrokerAndIdp();
    folder = await mkdtemp(join(tmpdir(), 'latchkey-go-'));
    execFileSync('go', ['build', '-o', join(folder, 'client'), '.'], { cwd: source, stdio: 'pipe' });
    // On the first run, Go compiles its standard library.
  }, 900_000);
  afterAll(async () => {
    await broker?.close();
    await rm(folder, { recursive: true, force: true });
  });

  it('completes the device flow, verifies the ID token, reads UserInfo, and refreshes', async () => {
    const client = spawn(join(folder, 'client'), [broker.origins.broker, 'cli'], { stdio: ['ignore', 'pipe', 'pipe'] });
    const failure: string[] = [];
    client.stderr.on('data', (text: Buffer) => failure.push(text.toString()));
    const lines = createInterface({ input: client.stdout })[Symbol.asyncIterator]();
    const next = async () => {
      const { value, done } = await lines.next();
      if (done) throw new Error(failure.join(''));
      return JSON.parse(value) as Record<string, unknown>;
    };
    const { user_code } = await next();
    const person = createPerson(broker.origins);
    await person.decide(await person.enter(String(user_code)), 'allow');
    expect(await next()).toEqual({
      subject: expect.any(String),
      same_subject: true,
      email: 'ada@example.com',
      email_verified: true,
      refreshed: true,
    });
    if (client.exitCode === null) await once(client, 'exit');
    expect(client.exitCode).toBe(0);
  });
});
