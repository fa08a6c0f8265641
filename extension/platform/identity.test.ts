import { beforeEach, expect, it, vi } from 'vitest';

/** Every window by its ID, with the address that the extension can see. */
const windows = new Map<number, { url?: string }>();
const fakes = vi.hoisted(() => {
  const listeners = { created: new Set<(window: object) => void>(), removed: new Set<(id: number) => void>() };
  const eventOf = <L>(set: Set<L>) => ({
    addListener: (listener: L) => set.add(listener),
    removeListener: (listener: L) => set.delete(listener),
  });
  return { listeners, eventOf, flow: Promise.withResolvers<string>(), raised: [] as number[], closed: [] as number[] };
});
vi.mock('./browser.ts', () => ({
  browser: {
    runtime: {},
    identity: { launchWebAuthFlow: () => fakes.flow.promise },
    windows: {
      onCreated: fakes.eventOf(fakes.listeners.created),
      onRemoved: fakes.eventOf(fakes.listeners.removed),
      async get(id: number) {
        const tab = windows.get(id);
        if (!tab) throw new Error('no such window');
        return { tabs: [tab] };
      },
      update: async (id: number) => fakes.raised.push(id),
      remove: async (id: number) => fakes.closed.push(id),
    },
  },
}));
const { identity } = await import('./identity.ts');

const provider = 'https://idp.test';
const open = (id: number, url?: string, type = 'popup'): void => {
  windows.set(id, url === undefined ? {} : { url });
  for (const listener of fakes.listeners.created) listener({ id, type });
};
const close = (id: number): void => {
  windows.delete(id);
  for (const listener of fakes.listeners.removed) listener(id);
};

/** During a sign-in. */
async function signingIn(during: () => Promise<void>): Promise<void> {
  const launched = identity.launch(`${provider}/authorize`);
  await during();
  fakes.flow.resolve('https://ext.test/');
  await launched;
}

beforeEach(() => {
  windows.clear();
  fakes.flow = Promise.withResolvers();
  [fakes.raised, fakes.closed] = [[], []];
});

it('shows and closes the window that opened for the sign-in, whose address it can’t see', async () => {
  await signingIn(async () => {
    expect(identity.hasWindow()).toBe(false);
    open(1, undefined, 'normal');
    open(2);
    await expect.poll(identity.hasWindow).toBe(true);
    await identity.showWindow();
    await identity.closeWindow();
    expect([fakes.raised, fakes.closed]).toEqual([[2], [2]]);
  });
  expect(identity.hasWindow()).toBe(false);
  expect([...fakes.listeners.created, ...fakes.listeners.removed]).toEqual([]);
});

it('knows the windows of sites and of the extension itself, and the provider where its address is in sight', async () => {
  await signingIn(async () => {
    open(2, 'https://shop.test/help');
    open(3, 'chrome-extension://id/ui/consent.html');
    open(4, `${provider}/login`);
    await expect.poll(identity.hasWindow).toBe(true);
    await identity.showWindow();
    expect(fakes.raised).toEqual([4]);
  });
});

it('raises and closes none of two that can be it, until one is gone', async () => {
  await signingIn(async () => {
    open(2);
    open(3);
    await identity.showWindow();
    await identity.closeWindow();
    expect([identity.hasWindow(), fakes.raised, fakes.closed]).toEqual([false, [], []]);
    close(2);
    await identity.closeWindow();
    expect(fakes.closed).toEqual([3]);
  });
});
