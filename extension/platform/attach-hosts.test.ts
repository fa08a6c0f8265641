import { beforeEach, expect, it, vi } from 'vitest';

const one = 'https://one.test/*';
const two = 'https://two.test/*';
const api = 'https://api.test:8443/*';
const fakes = vi.hoisted(() => ({ taken: [] as string[] }));
vi.mock('./baked-config.ts', () => ({
  baked: { attached: { sites: ['https://one.test', 'https://two.test'], apis: ['https://api.test:8443'] } },
}));
vi.mock('./browser.ts', () => ({
  browser: {
    runtime: { getManifest: () => ({ host_permissions: ['https://broker.test/*', one, two, api] }) },
    permissions: {
      contains: async ({ origins }: { origins: string[] }) => !origins.some((pattern) => fakes.taken.includes(pattern)),
    },
  },
}));
const { attachHosts } = await import('./attach-hosts.ts');

beforeEach(() => {
  fakes.taken = [];
});

it('names the hosts that are missing, and no others', async () => {
  expect(await attachHosts.missing()).toEqual([]);
  fakes.taken = ['https://broker.test/*', two, api];
  expect(await attachHosts.missing()).toEqual([two, api]);
});

it('one site’s host is missing for no other site, but that of an API may be', async () => {
  fakes.taken = [two];
  expect(await attachHosts.missing(['https://one.test'])).toEqual([]);
  expect(await attachHosts.missing(['https://two.test'])).toEqual([two]);
  fakes.taken = [api];
  expect(await attachHosts.missing(['https://one.test'])).toEqual([api]);
});
