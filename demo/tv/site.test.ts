import { describe, expect, it } from 'vitest';
import { createTvSite } from './site.ts';
import type { Screen } from './tv.ts';

function siteOf(screen: Screen) {
  const done: string[] = [];
  const site = createTvSite({
    screen: async () => screen,
    startOver: async () => void done.push('start over'),
    close: () => undefined,
  });
  return { site, done, screen: async () => (await site.request('/screen')).text() };
}

describe('the television’s site', () => {
  it('shows code, page and QR', async () => {
    const page = 'https://login.example.com/device';
    const shown = await siteOf({
      type: 'code',
      userCode: 'BCDF-GHJK',
      page,
      link: `${page}?user_code=BCDF-GHJK`,
    }).screen();
    expect(shown).toContain('BCDF-GHJK');
    expect(shown).toContain('<strong>login.example.com/device</strong>');
    expect(shown).toContain('<svg');
  });

  it('shows what the API says as text', async () => {
    const orders = [{ id: 'A-1', item: '<img src=x>', quantity: 1 }];
    const shown = await siteOf({ type: 'orders', name: '<b>Ada</b>', orders }).screen();
    expect(shown).toContain('&lt;b&gt;Ada');
    expect(shown).not.toContain('<img');
  });

  it('starts over for its own button, and for no other site', async () => {
    const { site, done } = siteOf({ type: 'denied' });
    const press = (from: string) =>
      site.request('/start-over', { method: 'POST', headers: { 'Sec-Fetch-Site': from } });
    expect((await press('cross-site')).status).toBe(403);
    expect((await press('same-site')).status).toBe(403);
    expect(done).toEqual([]);
    expect((await press('same-origin')).status).toBe(303);
    expect(done).toEqual(['start over']);
  });
});
