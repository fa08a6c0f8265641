import { expect, it } from 'vitest';
import { brokerInProcess } from '../../../test/broker/in-process.ts';
import { accountView } from './account-view.ts';

it('shows a site that the organization let in to those whom it lets in', async () => {
  const { deps, clock, close } = await brokerInProcess(`
resources: { "https://api.example.com": { name: API, scopes: { read: Read } } }
origins:
  https://shop.example.com:
    { name: Shop, allow: { "https://api.example.com": [read] }, groups: ["okta:staff"], consent: granted }`);
  const known = { issuer: 'https://acme.okta.com', idpSub: 'ada', upstream: 'okta', name: 'Ada', email: undefined };
  const { sub } = await deps.store.upsertPerson({ ...known, newSub: 'ada' }, clock.now);
  await deps.store.touchSite({ sub, origin: 'https://shop.example.com' }, { at: clock.now, from: undefined });
  const sites = async (groups: string[]) => (await accountView(deps, { sub, groups })).sites;
  expect(await sites(['okta:staff'])).toMatchObject([{ name: 'Shop', access: 'organization', may: ['Read'] }]);
  expect(await sites([])).toEqual([]);
  await close();
});
