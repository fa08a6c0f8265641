import { type UpstreamsAnswer, upstreamsAnswer } from '@latchkey/shared/session-api.ts';
import * as v from 'valibot';
import { describe, expect, it, vi } from 'vitest';
import { memoryArea } from '../../../test/extension/memory.ts';
import { storedValue } from '../../platform/stored-value.ts';
import { createDirectory } from './directory.ts';

const baked = { name: 'Acme', support_email: 'help@acme.test' };
const two: UpstreamsAnswer = {
  upstreams: ['corp', 'partners'],
  providers: [
    { name: 'corp', label: 'Acme Okta', icon: 'data:image/png;base64,AA==' },
    { name: 'partners', label: 'Partners' },
  ],
  organization: { name: 'Acme Inc.', support_url: 'https://help.acme.test' },
};

function setUp(answer: () => Promise<UpstreamsAnswer>, provider?: string) {
  const ask = vi.fn(answer);
  const changed = vi.fn();
  const known = storedValue(memoryArea(), 'upstreams', upstreamsAnswer);
  const last = storedValue(memoryArea(), 'provider', v.string());
  const directory = createDirectory({ ask, known, last, managed: async () => ({ provider }), baked, changed });
  return { last, ask, changed, directory, told: () => expect.poll(() => changed.mock.calls.length).toBe(1) };
}

describe('the directory', () => {
  it('keeps nobody waiting: it comes with a change, and is asked for once', async () => {
    const { ask, directory, told } = setUp(async () => two);
    const nothing = { providers: [], choices: [], organization: baked };
    expect(await Promise.all([directory(), directory()])).toEqual([nothing, nothing]);
    await told();
    expect(await directory()).toEqual({
      providers: two.providers,
      choices: two.providers,
      organization: two.organization,
    });
    expect(ask).toHaveBeenCalledTimes(1);
  });

  it('begins with the provider of the last sign-in, and asks the broker first where somebody waits for the choice', async () => {
    const { last, directory } = setUp(async () => two);
    await last.set('partners');
    const [corp, partners] = two.providers ?? [];
    expect((await directory.load()).choices).toEqual([{ ...partners, isLast: true }, corp]);
    await last.set('removed');
    expect((await directory()).choices).toEqual([corp, partners]);
  });

  it('has no choice where there is one provider', async () => {
    const { directory, told } = setUp(async () => ({ upstreams: ['corp'] }));
    await directory();
    await told();
    expect(await directory()).toMatchObject({ choices: [], providers: [{ name: 'corp', label: 'corp' }] });
  });

  it('has no choice where the policy of the computer names one, but names all', async () => {
    const { directory, told } = setUp(async () => two, 'corp');
    await directory();
    await told();
    expect(await directory()).toMatchObject({ choices: [], providers: two.providers });
  });

  it('knows the names alone of an older broker', async () => {
    const { directory, told } = setUp(async () => ({ upstreams: ['corp', 'partners'] }));
    await directory();
    await told();
    expect((await directory()).choices).toEqual([
      { name: 'corp', label: 'corp' },
      { name: 'partners', label: 'partners' },
    ]);
    expect((await directory()).organization).toEqual(baked);
  });

  it('is asked for again after the broker could not be reached', async () => {
    const { ask, directory, told } = setUp(async () => {
      if (ask.mock.calls.length === 1) throw new Error('offline');
      return two;
    });
    await directory();
    await new Promise((resolve) => setTimeout(resolve));
    await directory();
    await told();
    expect((await directory()).choices).toHaveLength(2);
  });
});
