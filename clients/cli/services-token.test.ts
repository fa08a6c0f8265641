import { beforeEach, describe, expect, it } from 'vitest';
import { createFakeBroker, type FakeBroker, issuer } from '../device/testing/fake-broker.ts';
import { exitCode } from './exit-code.ts';
import { runIn } from './testing/run-in.ts';

let broker: FakeBroker;
beforeEach(() => {
  broker = createFakeBroker();
});
const env = { LATCHKEY_CLIENT_SECRET: 's'.repeat(32) };
const run = (fetch = broker.fetch) =>
  runIn('/nowhere', broker, `services token --issuer ${issuer} --client nightly`, { env, fetch });
const waited = () => broker.state.sleeps.reduce((sum, ms) => sum + ms, 0) / 1_000;

describe('latchkey services token', () => {
  it('waits as long as a busy broker says', async () => {
    broker.state.token = [503, {}];
    broker.state.retryAfter = '200';
    expect(await run()).toMatchObject({ code: exitCode.ok, out: 'access-1\n' });
    expect(waited()).toBe(200);
  });

  it('waits no longer than five minutes in all', async () => {
    broker.state.token = [503, {}];
    broker.state.retryAfter = '200';
    let isBusy = true;
    const busyAtFirst: typeof fetch = async (input, init) => {
      if (!isBusy) return broker.fetch(input, init);
      isBusy = false;
      return new Response(null, { status: 503, headers: { 'Retry-After': '200' } });
    };
    expect((await run(busyAtFirst)).code).toBe(exitCode.unreachable);
    expect(waited()).toBe(200);
  });
});
