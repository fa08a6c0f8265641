import { beforeEach, describe, expect, it, vi } from 'vitest';
import { createManagedPolicy } from './managed-policy.ts';

let clock: number;
let stored: () => unknown;
const changed = vi.fn();
const reader = () => createManagedPolicy(async () => stored(), { now: () => clock, changed });

beforeEach(() => {
  clock = 1_000_000;
  changed.mockClear();
  stored = () => ({ provider: 'okta' });
});

describe('the policy of the computer', () => {
  it('is read again after 30 s, for a background that never sleeps, and says when it has changed', async () => {
    const managed = reader();
    expect(await managed()).toMatchObject({ provider: 'okta', denied_sites: [] });
    stored = () => ({ provider: 'okta', denied_sites: ['https://shop.test'] });
    clock += 29_999;
    expect((await managed()).denied_sites).toEqual([]);
    clock += 1;
    expect((await managed()).denied_sites).toEqual(['https://shop.test']);
    clock += 30_000;
    await managed();
    expect(changed).toHaveBeenCalledTimes(1);
    expect(changed.mock.calls[0]).toMatchObject([{ denied_sites: [] }, { denied_sites: ['https://shop.test'] }]);
  });

  it('is read again at once where the browser tells', async () => {
    const managed = reader();
    await managed();
    stored = () => ({ accounts: 'one' });
    await managed.reread();
    expect((await managed()).accounts).toBe('one');
    expect(changed).toHaveBeenCalledTimes(1);
  });

  it('is read again when the clock was put back', async () => {
    const managed = reader();
    await managed();
    stored = () => ({});
    clock -= 3_600_000;
    expect((await managed()).provider).toBeUndefined();
  });

  it('stays as it was when it cannot be read, and is strict before it was read once', async () => {
    const managed = reader();
    const working = stored;
    stored = () => {
      throw new Error('no storage');
    };
    expect(await managed()).toMatchObject({ accounts: 'one', private_windows: 'refuse' });
    stored = working;
    await managed.reread();
    stored = () => {
      throw new Error('no storage');
    };
    clock += 60_000;
    expect((await managed()).provider).toBe('okta');
  });

  it.each([null, 5, 'text', [], undefined])('that is %j is strict, and no request fails for it', async (policy) => {
    stored = () => policy;
    expect(await reader()()).toMatchObject({ denied_sites: [], private_windows: 'refuse' });
  });
});
