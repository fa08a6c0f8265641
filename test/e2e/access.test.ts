import type { Page } from 'playwright';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { answerConsent, askedForConsent, typeCredentials } from '../../demo/play/person.ts';
import { pressForAnswer, showsSignedIn } from '../../demo/play/site-page.ts';
import { extensionUrl } from '../../demo/play/stage.ts';
import { startTestDemo, type TestDemo, userNamed } from './kit/demo.ts';
import { ask, createProbe, knock, sendRaw } from './kit/probe-page.ts';

let test: TestDemo;
let probe: Awaited<ReturnType<typeof createProbe>>;

beforeAll(async () => {
  test = await startTestDemo();
  probe = await createProbe(test.context);
  await test.signIn('ada');
});
afterAll(() => test?.close());

/** The consent window. A no isn't to be worn down by asking again: after one, the site isn't heard for some seconds. */
async function askedInTheEnd(shop: Page): Promise<Page> {
  await shop.bringToFront();
  for (let attempt = 0; attempt < 20; attempt += 1) {
    const opened = test.context.waitForEvent('page', { timeout: 1_000 }).catch(() => undefined);
    await shop.getByRole('button', { name: 'Connect' }).click();
    const window = await opened;
    if (window) return window;
  }
  throw new Error('the site was never heard again');
}

describe('a site whose access the person decides on', () => {
  it('gets nothing without asking, and nothing when the person says no', async () => {
    const shop = await test.openTab(test.demo.origins.shop);
    await shop.locator('#notice[data-code=access_not_granted]').waitFor();
    await expect.poll(() => shop.locator('#token').textContent()).toBe('none');

    const window = await askedForConsent(test, shop, 'Connect');
    await answerConsent(window, 'Deny');
    await shop.locator('#notice[data-code=user_denied]').waitFor();
    expect(await shop.locator('#token').textContent()).toBe('none');
    await shop.close();
  });

  it('counts a closed window as no', async () => {
    const shop = await test.openTab(test.demo.origins.shop);
    await (await askedInTheEnd(shop)).close();
    await shop.locator('#notice[data-code=user_denied]').waitFor();
    await shop.close();
  });

  it('sees exactly what was granted, and asks again only for more', async () => {
    const shop = await test.openTab(test.demo.origins.shop);
    const api = test.demo.origins.api;
    const popup = await test.openPopup();
    await answerConsent(await askedInTheEnd(shop), 'Allow');
    const { status, claims } = await pressForAnswer(shop, 'Load orders');
    expect(status).toBe(200);
    expect(claims).toMatchObject({ azp: test.demo.origins.shop, aud: api, scope: 'orders:read', idp_sub: 'ada' });

    const more = await askedForConsent(test, shop, 'Place an order');
    await more.getByText('Change your orders').waitFor();
    expect(await more.getByText('See your orders').count()).toBe(0);
    await answerConsent(more, 'Allow');
    await shop.locator('#orders').getByText('Brass gear wheel').waitFor();

    await popup.getByRole('button', { name: 'Disconnect Shop' }).click();
    await popup.getByText('Has no access').waitFor();
    await shop.reload();
    await shop.locator('#notice[data-code=access_not_granted]').waitFor();
    await Promise.all([shop.close(), popup.close()]);
  });
});

describe('a site that the administrator has let in', () => {
  it('has its token without a question, and no scope beyond', async () => {
    const { notes, api } = test.demo.origins;
    const page = await probe.open(notes);
    expect(await knock(page)).toEqual([expect.objectContaining({ ready: true })]);
    expect(await ask(page, api, ['orders:read'])).toHaveProperty('token');
    expect(await ask(page, api, ['orders:write'])).toMatchObject({ code: 'policy_denied' });
    expect(await ask(page, 'http://127.0.0.1:1', ['orders:read'])).toMatchObject({ code: 'policy_denied' });
    await page.close();
  });
});

describe('a message that is not of the protocol', () => {
  const get = (p: object) => ({ v: 1, id: 'x', m: 'token.get', deadline_ms: 1_000, p });

  it('gets invalid_request, extra keys included', async () => {
    const { notes, shop, api } = test.demo.origins;
    const page = await probe.open(notes);
    const right = { resource: api, scopes: ['orders:read'], interactive: 'never' };
    expect(await sendRaw(page, get(right))).toMatchObject({ id: 'x', ok: true });
    const wrong = [
      get({ ...right, origin: shop }),
      { ...get(right), activated: true },
      get({ ...right, scopes: 'orders:read' }),
      get({ ...right, scopes: ['orders read'] }),
      { ...get(right), v: 2 },
      { ...get(right), m: 'consent.answer', p: { prompt: '1', allow: true } },
      { ...get(right), m: '__proto__' },
      { ...get(right), id: 'y'.repeat(100_000) },
      'token.get',
      null,
    ];
    for (const message of wrong) {
      expect(await sendRaw(page, message)).toMatchObject({ ok: false, e: { code: 'invalid_request' } });
    }
    await page.close();
  });
});

describe('whoever is not a listed origin', () => {
  it('is refused on a port that nobody approved, though the bridge is there', async () => {
    const port = Number(new URL(test.demo.origins.notes).port) + 100;
    const page = await probe.open(`http://notes.localhost:${port}`);
    expect(await ask(page, test.demo.origins.api, ['orders:read'])).toMatchObject({ code: 'policy_denied' });
    await page.close();
  });

  it('finds no extension on a host that nobody approved', async () => {
    const page = await probe.open('http://evil.localhost:9999');
    expect(await ask(page, test.demo.origins.api, ['orders:read'])).toMatchObject({ code: 'not_installed' });
    await page.close();
  });

  it('is refused in a sandboxed document of an approved origin', async () => {
    const page = await probe.open(test.demo.origins.notes, {
      'Content-Security-Policy': 'sandbox allow-scripts',
    });
    expect(await page.evaluate('self.origin')).toBe('null');
    expect(await knock(page)).toEqual([]);
    expect(await ask(page, test.demo.origins.api, ['orders:read'])).toMatchObject({ code: 'not_installed' });
    await page.close();
  });

  it.each(['sandbox="allow-scripts"', 'sandbox="allow-scripts allow-same-origin"', ''])(
    'is refused in a frame of an approved page (%s)',
    async (frame) => {
      const place = await probe.openFramed(test.demo.origins.notes, frame);
      expect(await ask(place, test.demo.origins.api, ['orders:read'])).toMatchObject({ code: 'unsupported' });
      expect(await knock(place)).toEqual([]);
    },
  );
});

async function signOut(): Promise<void> {
  const popup = await test.openPopup();
  await popup.getByRole('button', { name: 'Sign out', exact: true }).click();
  await popup.getByRole('button', { name: 'Sign in', exact: true }).waitFor();
  await popup.close();
}

describe('a site that nobody is signed in for', () => {
  it('leads through sign-in and consent by one click', async () => {
    await signOut();
    await test.forgetProvider();
    const shop = await test.openTab(test.demo.origins.shop);
    await showsSignedIn(shop, false);
    const connect = () => shop.getByRole('button', { name: 'Connect' }).click();
    const login = await test.windowOf(test.demo.origins.idp, connect);
    const question = await test.windowOf(extensionUrl('ui/consent.html'), () =>
      typeCredentials(login, userNamed('grace')),
    );
    await answerConsent(question, 'Allow');
    await shop.locator('#answer', { hasText: 'Grace Hopper' }).waitFor();
    await shop.close();
  });
});

describe('a person whom the administrator has not let in', () => {
  it('is told so by the shop, and by nobody asked for consent', async () => {
    await signOut();
    await test.signIn('mallory');
    const shop = await test.openTab(test.demo.origins.shop);
    await showsSignedIn(shop, true);
    await shop.getByRole('button', { name: 'Connect' }).click();
    await shop.locator('#notice[data-code=policy_denied]').waitFor();
  });
});
