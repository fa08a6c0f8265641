import { decodeJwt, type JWTPayload } from 'jose';
import type { Tab } from '../browser/driven.ts';
import { check } from './check.ts';
import type { Stage } from './stage.ts';
import type { Step } from './step.ts';
import { answerConsent, askedForConsent, openTab, press, shows, showsSignedIn } from './tab.ts';

export interface OpenSites {
  shop: Tab;
  notes: Tab;
  /** The claims of the last token that the shop used. */
  lastToken: JWTPayload;
  /** How often the provider had rotated refresh tokens when the shop had that token. */
  rotations: number;
}

/** Two sites in two tabs get tokens: one after the person consents, one because the administrator allows it. */
export async function playSites(stage: Stage, step: Step): Promise<OpenSites> {
  const { origins, idp } = stage.demo;

  const shop = await step('first-tab', 'The shop, in a first tab, shows that somebody is signed in', async () => {
    const page = await openTab(stage, origins.shop);
    await showsSignedIn(page, true);
    return { page, result: page };
  });

  const consent = await step(
    'consent',
    '“Connect” asks: the window names the exact origin and what it wants',
    async () => {
      const page = await askedForConsent(stage, shop, 'Connect');
      // A window of a headless browser has the size of its tabs. Give this one the size that people see.
      await page.resize({ width: 440, height: 620 });
      await shows(page, 'body', origins.shop);
      await shows(page, 'body', 'See your orders');
      // The button is enabled only after the person has had time to read what it is for.
      await shows(page, 'button:not([aria-disabled=true])', 'Allow');
      return { page, result: page };
    },
  );

  const { lastToken, rotations } = await step(
    'orders',
    '“Allow”, and the shop has the orders from the API',
    async () => {
      await answerConsent(consent, 'Allow');
      await shows(shop, '#answer', '"name": "Ada Lovelace"');
      const { status, claims } = await pressForAnswer(shop, 'Load orders');
      check(status === 200, `the API answered ${status}, not 200`);
      await shows(shop, '#orders', 'Punched cards');
      return { page: shop, result: { lastToken: claims, rotations: idp.counts.rotations } };
    },
  );

  const notes = await step(
    'second-tab',
    'Delivery notes, in a second tab, has them without any login or question',
    async () => {
      const { logins } = idp.counts;
      const windows = (await stage.tabs()).length;
      const page = await openTab(stage, origins.notes);
      const { status } = await pressForAnswer(page, 'Load orders');
      check(status === 200, `the API answered ${status}, not 200`);
      await shows(page, '#orders', 'Punched cards');
      check(idp.counts.logins === logins, 'the identity provider saw another login');
      check((await stage.tabs()).length === windows + 1, 'a window was opened');
      return { page, result: page };
    },
  );

  return { shop, notes, lastToken, rotations };
}

/** Presses a button of a site, and waits for the API's answer. */
export async function pressForAnswer(site: Tab, button: string): Promise<{ status: number; claims: JWTPayload }> {
  const { status, token } = await site.bearerAnswer(() => press(site, button));
  return { status, claims: decodeJwt(token) };
}
