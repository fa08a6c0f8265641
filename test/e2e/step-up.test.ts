import { decodeJwt } from 'jose';
import type { Page } from 'playwright';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { acrValues, demoCode } from '../../demo/idp/second-factor.ts';
import { answerConsent, askedForConsent } from './kit/chromium/person.ts';
import { startTestDemo, type TestDemo } from './kit/demo.ts';

/** RFC 9470 end to end: the API sends a challenge, the user signs in at the provider, and the call is retried. */
describe('a step-up', () => {
  let test: TestDemo;
  let shop: Page;
  beforeAll(async () => {
    test = await startTestDemo();
    await test.signIn('ada');
    shop = await test.openTab(test.demo.origins.shop);
    // Consent to both scopes, so that only the sign-in is missing.
    await answerConsent(await askedForConsent(test, shop, 'Place an order'), 'Allow');
    await shop.locator('#answer', { hasText: 'Punched cards' }).waitFor();
  });
  afterAll(() => test?.close());

  const orders = () => `${test.demo.origins.api}/orders`;
  /** Every response of the API to a DELETE, with the `acr` and `auth_time` of the request's token. */
  const watch = () => {
    const seen: { status: number; acr: unknown; authTime: unknown }[] = [];
    shop.on('response', (response) => {
      const request = response.request();
      if (request.url() !== orders() || request.method() !== 'DELETE') return;
      const { acr, auth_time } = decodeJwt((request.headers().authorization ?? '').replace('Bearer ', ''));
      seen.push({ status: response.status(), acr, authTime: auth_time });
    });
    return seen;
  };
  const cancel = () => shop.getByRole('button', { name: 'Cancel all orders' }).click();

  it('asks for the factor alone, upgrades the session, and repeats the call', async () => {
    const seen = watch();
    const window = await test.windowOf(test.demo.origins.idp, cancel);
    expect(await window.locator('input[name=password]').count()).toBe(0);
    await window.fill('input[name=otp]', '000000');
    await window.getByRole('button', { name: 'Continue' }).click();
    await window.getByRole('alert').waitFor();
    await window.fill('input[name=otp]', demoCode);
    await Promise.all([window.waitForEvent('close'), window.getByRole('button', { name: 'Continue' }).click()]);
    await expect.poll(() => seen.map(({ status }) => status)).toEqual([401, 200]);
    expect(seen.map(({ acr }) => acr)).toEqual([acrValues.password, acrValues.factor]);
    await shop.locator('#orders', { hasText: 'You have no orders' }).waitFor();
  });

  it('is not asked for again while it is fresh', async () => {
    const seen = watch();
    const pages = test.context.pages().length;
    await shop.bringToFront();
    await cancel();
    await expect.poll(() => seen.map(({ status }) => status)).toEqual([200]);
    expect(test.context.pages()).toHaveLength(pages);
  });
});
