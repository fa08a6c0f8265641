import { describe, expect, it, vi } from 'vitest';
import { fakePort } from '../../test/extension/port.ts';
import type { UiRequest } from '../protocol/ui.ts';
import { createUiClient } from './ui-client.ts';

function setUp() {
  const ports: ReturnType<typeof fakePort<UiRequest>>[] = [];
  const onChanged = vi.fn();
  const client = createUiClient(() => {
    const fresh = fakePort<UiRequest>();
    ports.push(fresh);
    return fresh.port;
  }, onChanged);
  return { client, ports, onChanged };
}

describe('the line to the background', () => {
  it('matches answers to calls, in whatever order they come', async () => {
    const { client, ports } = setUp();
    const first = client.call('session.sign_in', {});
    const second = client.call('state.get', {});
    ports[0]?.receive({ id: 2, ok: true, r: { view: 'not_configured' } });
    ports[0]?.receive({ id: 1, ok: false, e: { code: 'user_denied', message: 'closed' } });
    expect(await second).toEqual({ view: 'not_configured' });
    await expect(first).rejects.toMatchObject({ code: 'user_denied' });
  });

  it('fails what was open when the background was stopped, and opens a new port for the next call', async () => {
    const { client, ports } = setUp();
    const open = client.call('state.get', {});
    ports[0]?.close();
    await expect(open).rejects.toMatchObject({ code: 'busy' });
    const next = client.call('state.get', {});
    ports[1]?.receive({ id: 2, ok: true, r: { view: 'not_configured' } });
    expect(await next).toEqual({ view: 'not_configured' });
  });

  it('hears of changes', () => {
    const { client, ports, onChanged } = setUp();
    void client.call('state.get', {});
    ports[0]?.receive({ changed: true });
    expect(onChanged).toHaveBeenCalledTimes(1);
  });
});
