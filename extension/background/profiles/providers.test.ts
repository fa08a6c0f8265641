import * as v from 'valibot';
import { describe, expect, it, vi } from 'vitest';
import { memoryArea } from '../../../test/extension/memory.ts';
import { storedValue } from '../../platform/stored-value.ts';
import { createProviders } from './providers.ts';

function setUp(answer: () => Promise<string[]>, provider?: string) {
  const ask = vi.fn(answer);
  const changed = vi.fn();
  const known = storedValue(memoryArea(), 'upstreams', v.array(v.string()));
  return { ask, changed, providers: createProviders({ ask, known, managed: async () => ({ provider }), changed }) };
}

describe('the providers that there are', () => {
  it('keep nobody waiting: they come with a change, and are asked for once', async () => {
    const { ask, changed, providers } = setUp(async () => ['corp', 'partners']);
    expect(await Promise.all([providers(), providers()])).toEqual([[], []]);
    await expect.poll(() => changed.mock.calls.length).toBe(1);
    expect(await providers()).toEqual(['corp', 'partners']);
    expect(ask).toHaveBeenCalledTimes(1);
  });

  it('are no choice where there is one', async () => {
    const { changed, providers } = setUp(async () => ['corp']);
    await providers();
    await expect.poll(() => changed.mock.calls.length).toBe(1);
    expect(await providers()).toEqual([]);
  });

  it('are no choice where the policy of the computer names one', async () => {
    const { ask, providers } = setUp(async () => ['corp', 'partners'], 'corp');
    expect(await providers()).toEqual([]);
    expect(ask).not.toHaveBeenCalled();
  });

  it('are asked for again after the broker could not be reached', async () => {
    const { ask, changed, providers } = setUp(async () => {
      if (ask.mock.calls.length === 1) throw new Error('offline');
      return ['corp', 'partners'];
    });
    await providers();
    await new Promise((resolve) => setTimeout(resolve));
    await providers();
    await expect.poll(() => changed.mock.calls.length).toBe(1);
    expect(await providers()).toHaveLength(2);
  });
});
