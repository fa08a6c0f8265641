import type { JWTPayload } from 'jose';
import type { Page } from 'playwright';
import { check } from './check.ts';
import { answerConsent, askedForConsent } from './person.ts';
import { pressForAnswer, showsSignedIn } from './site-page.ts';
import type { Stage } from './stage.ts';
import type { Step } from './step.ts';

export interface OpenSites {
  shop: Page;
  notes: Page;
  /** The claims of the last token that the shop used. */
  lastToken: JWTPayload;
}

/** Two sites in two tabs get tokens: one after the person consents, one because the administrator allows it. */
export async function playSites(stage: Stage, step: Step): Promise<OpenSites> {
  const { origins, idp } = stage.demo;

  const shop = await step('first-tab', 'The shop, in a first tab, sees that somebody is signed in', async () => {
    const page = await stage.openTab(origins.shop);
    await showsSignedIn(page, true);
    return { page, result: page };
  });

  const consent = await step(
    'consent',
    '“Connect” asks: the window names the exact origin and what it wants',
    async () => {
      const page = await askedForConsent(stage, shop, 'Connect');
      await page.getByText(origins.shop).waitFor();
      await page.getByText('See your orders').waitFor();
      // The button is enabled only after the person has had time to read what it is for.
      await page.locator('button:not([aria-disabled=true])', { hasText: 'Allow' }).waitFor();
      return { page, result: page };
    },
  );

  const lastToken = await step('orders', '“Allow”, and the shop has the orders from the API', async () => {
    await answerConsent(consent, 'Allow');
    await shop.locator('#answer', { hasText: '"name": "Ada Lovelace"' }).waitFor();
    const { status, claims } = await pressForAnswer(shop, 'Load orders');
    check(status === 200, `the API answered ${status}, not 200`);
    await shop.locator('#orders').getByText('Punched cards').waitFor();
    return { page: shop, result: claims };
  });

  const notes = await step(
    'second-tab',
    'Delivery notes, in a second tab, has them without any login or question',
    async () => {
      const { logins } = idp.counts;
      const windows = stage.context.pages().length;
      const page = await stage.openTab(origins.notes);
      const { status } = await pressForAnswer(page, 'Load orders');
      check(status === 200, `the API answered ${status}, not 200`);
      await page.locator('#orders').getByText('Punched cards').waitFor();
      check(idp.counts.logins === logins, 'the identity provider saw another login');
      check(stage.context.pages().length === windows + 1, 'a window was opened');
      return { page, result: page };
    },
  );

  return { shop, notes, lastToken };
}
