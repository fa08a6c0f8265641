import { beforeEach, describe, expect, it } from 'vitest';
import { createBackground } from '../../../test/extension/background.ts';
import { brokerUrl, refusal, shop } from '../../../test/extension/fake-broker.ts';
import { storedValue } from '../../platform/stored-value.ts';
import { storedProblem } from '../../protocol/problem.ts';
import { diagnosticsHandlers } from './diagnostics-handlers.ts';

let parts: ReturnType<typeof createBackground>;
let handlers: ReturnType<typeof diagnosticsHandlers>;

beforeEach(() => {
  parts = createBackground();
  handlers = diagnosticsHandlers({
    setup: { source: async () => ({ url: brokerUrl, source: 'policy' }) },
    profiles: parts.profiles,
    redirectUri: () => 'https://ext.chromiumapp.test/',
    problem: storedValue(parts.area, 'problem', storedProblem),
  });
});

describe('diagnostics', () => {
  it('know what the background knows, without asking the broker', async () => {
    expect(await handlers['diagnostics.get']({})).toMatchObject({
      broker: { url: brokerUrl, source: 'policy' },
      session: undefined,
      stream: 'idle',
      sites: [],
    });
    await parts.signIn.run();
    const calls = parts.broker.calls.length;
    expect(await handlers['diagnostics.get']({})).toMatchObject({
      session: { state: 'active', account: 'Ada Lovelace' },
      sites: [shop],
    });
    expect(parts.broker.calls).toHaveLength(calls);
  });

  it('begin a sign-in that no window follows', async () => {
    let opened = 0;
    parts.window.launch = async () => {
      opened += 1;
      return '';
    };
    expect(await handlers['diagnostics.probe']({})).toEqual({ host: 'idp.test' });
    expect(opened).toBe(0);
    expect(await parts.signIns.get()).toBeUndefined();
  });

  it('tell why none can begin', async () => {
    parts.broker.next('POST /session/authorize', refusal('temporarily_unavailable', 503));
    expect(await handlers['diagnostics.probe']({})).toMatchObject({ error: { code: 'busy' } });
  });

  it('see by asking that the session is over', async () => {
    await parts.signIn.run();
    parts.broker.next('GET /session', refusal('invalid_session', 401));
    await handlers['diagnostics.probe']({});
    expect(await handlers['diagnostics.get']({})).toMatchObject({ session: undefined });
  });
});
