import { afterEach, beforeEach, expect, it, vi } from 'vitest';

/** A page that sends one request 100 ms after it began, and one after 400 ms. */
const entries = [100, 400].map((startTime) => ({
  name: `https://api.test/${startTime}`,
  startTime,
  initiatorType: 'fetch',
}));

let prerendering: boolean;
let names: string[];
let hear: (message: unknown) => void;
let loads: string[];
let listeners: Record<string, (event: object) => void>;
const arrive = async (): Promise<void> => {
  vi.resetModules();
  await import('./attach.iife.ts');
};

beforeEach(() => {
  prerendering = false;
  names = [];
  loads = [];
  listeners = {};
  vi.stubGlobal('window', globalThis);
  vi.stubGlobal('top', globalThis);
  const addEventListener = (name: string, listener: (event: object) => void) => {
    listeners[name] = listener;
  };
  vi.stubGlobal('addEventListener', addEventListener);
  vi.stubGlobal('document', {
    get prerendering() {
      return prerendering;
    },
    addEventListener,
  });
  vi.stubGlobal('location', {
    href: 'https://site.test/',
    search: '',
    hash: '',
    replace: (to: string) => loads.push(to),
  });
  vi.stubGlobal('navigator', { userActivation: { hasBeenActive: false } });
  vi.stubGlobal('performance', {
    timeOrigin: 1_700_000_000_000.5,
    now: () => 1_000,
    getEntriesByType: () => [{ serverTiming: [{ name: 'latchkey-get' }] }],
  });
  vi.stubGlobal('Date', { now: () => 50_000 });
  vi.stubGlobal(
    'PerformanceObserver',
    class {
      listener: (list: object) => void;
      constructor(listener: (list: object) => void) {
        this.listener = listener;
      }
      observe() {
        this.listener({ getEntries: () => entries });
      }
    },
  );
  vi.stubGlobal('chrome', {
    runtime: {
      connect({ name }: { name: string }) {
        names.push(name);
        return {
          onMessage: {
            addListener(listener: typeof hear) {
              hear = listener;
            },
          },
        };
      },
    },
  });
});
afterEach(() => {
  vi.unstubAllGlobals();
});

it.each<[string, [regexFilter: string, ageMs: number, at: number], boolean]>([
  ['was sent before there was a token', ['.', 800, 49_200], true],
  ['had a token, like all before', ['.', 950, 49_050], false],
  ['goes elsewhere', ['other', 800, 49_200], false],
  ['had a token, though the message took its time', ['.', 0, 49_050], false],
  ['had a token, though the clock was set back', ['.', 950, 60_000], false],
])('a page is loaded again if a request was too early: it %s', async (_, served, isAgain) => {
  await arrive();
  hear([served]);
  expect(loads).toEqual(isAgain ? ['https://site.test/'] : []);
});

it('a page keeps its name, which says whether the browser loaded it beforehand', async () => {
  await arrive();
  listeners.pageshow?.({ persisted: true });
  expect(names).toEqual(Array(2).fill('latchkey-attach 1700000000000.5 false'));
  prerendering = true;
  await arrive();
  expect(names).toHaveLength(2);
  prerendering = false;
  listeners.prerenderingchange?.({});
  listeners.pageshow?.({ persisted: true });
  expect(names.slice(2)).toEqual(Array(2).fill('latchkey-attach 1700000000000.5 true'));
});
