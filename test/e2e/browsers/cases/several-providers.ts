import { readFile, writeFile } from 'node:fs/promises';
import { expect, it } from 'vitest';
import { parse, stringify } from 'yaml';
import {
  chromeExtensionId,
  chromeRedirectUri,
  demoExtensionKey,
  demoFirefoxId,
  firefoxRedirectUri,
} from '../../../../demo/extension-key.ts';
import { createIdp } from '../../../../demo/idp/idp.ts';
import { brokerClientId } from '../../../../demo/local-broker.ts';
import { type Listening, serve } from '../../../../demo/serve.ts';
import type { RunningDemo } from '../../../../demo/stack.ts';
import { demoUsers } from '../../../../demo/users.ts';
import { freePort } from '../../kit/ports.ts';
import type { Browser, Tab } from '../browser.ts';
import {
  closes,
  completeSignIn,
  opened,
  openTab,
  press,
  sees,
  showsSignedIn,
  signOut,
  tabAt,
  userNamed,
} from '../tab.ts';

/** A second provider, whose sign-in form can take its time. */
export interface SecondProvider extends Listening {
  origin: string;
  /** For how long it thinks about each form, in milliseconds. */
  thinksMs: number;
  /** Whether the connection breaks off over each form. */
  breaksOff: boolean;
  /** The forms that it has got. */
  forms: number;
}

/** Adds a second provider to the demo's broker, before a browser knows of it. */
export async function addProvider({ state, origins, outage }: RunningDemo): Promise<SecondProvider> {
  const port = await freePort();
  const origin = `http://127.0.0.1:${port}`;
  const { handler } = await createIdp({
    issuer: origin,
    client: {
      id: brokerClientId,
      secret: state.clientSecret,
      redirectUris: [
        chromeRedirectUri(chromeExtensionId(demoExtensionKey)),
        firefoxRedirectUri(demoFirefoxId),
        `${origins.broker}/callback`,
      ],
      postLogoutRedirectUris: [],
    },
    users: demoUsers,
    now: Date.now,
    log: () => undefined,
  });
  const server = await serve((request, response) => {
    if (request.method !== 'POST' || !request.url?.startsWith('/interaction/')) return handler(request, response);
    second.forms += 1;
    if (second.breaksOff) return void request.socket.destroy();
    setTimeout(() => handler(request, response), second.thinksMs);
  }, port);
  const second = { ...server, origin, thinksMs: 0, breaksOff: false, forms: 0 };

  const config = parse(await readFile(state.configFile, 'utf8'));
  const [[name, first]] = Object.entries<object>(config.upstreams) as [[string, object]];
  config.upstreams = { [name]: { ...first, name: 'Acme' }, partner: { ...first, name: 'Partners', issuer: origin } };
  await writeFile(state.configFile, stringify(config));
  await (await outage('broker')).over();
  return second;
}

/** A page's click signs people in, and they choose the provider in a window of the extension. */
export function severalProvidersCases(
  browser: () => Browser,
  second: () => SecondProvider,
  /** Whether the browser shows its own error page in the sign-in window, where the person can reload. Others close the window. */
  keepsBrokenPages: boolean,
): void {
  const choices = (window: Tab): Promise<string[]> =>
    window.evaluate('[...document.querySelectorAll("main button")].map((button) => button.textContent.trim())');
  const askedFor = async (site: Tab): Promise<Tab> => {
    await site.toFront();
    return opened(browser(), browser().extensionUrl('ui/provider.html'), () => press(site, 'Load orders'));
  };
  /** Chooses a provider by its label. @returns its window */
  const choose = async (window: Tab, origin: string, label: string): Promise<Tab> => {
    await sees(window, 'button', label);
    const provider = await opened(browser(), origin, async () => {
      const button = (await choices(window)).find((text) => text.includes(label));
      // The window may close before the click completes.
      await press(window, button ?? label).catch(() => undefined);
    });
    return provider;
  };

  it('a page’s click asks which provider, and the last choice comes first the next time', async () => {
    const site = await openTab(browser(), browser().demo.origins.notes);
    const first = await askedFor(site);
    await expect.poll(() => choices(first)).toEqual(['Sign in with Acme', 'Sign in with Partners']);
    await completeSignIn(await choose(first, second().origin, 'Partners'), 'ada');
    await showsSignedIn(site, true);
    const popup = await browser().openExtensionPage('ui/popup.html');
    await signOut(popup);
    await showsSignedIn(site, false);

    const next = await askedFor(site);
    await expect.poll(() => choices(next)).toEqual(['Sign in with PartnersLast used', 'Sign in with Acme']);
    await completeSignIn(await choose(next, browser().demo.origins.idp, 'Acme'), 'ada');
    await showsSignedIn(site, true);
    await signOut(popup);
    for (const tab of [site, popup]) await tab.close();
  });

  const beginsAtSecond = async (): Promise<{ site: Tab; window: Tab }> => {
    const site = await openTab(browser(), browser().demo.origins.notes);
    await browser().clearCookies(new URL(second().origin).hostname);
    const window = await choose(await askedFor(site), second().origin, 'Partners');
    await window.type('input[name=username]', 'ada');
    await window.type('input[name=password]', userNamed('ada').password);
    return { site, window };
  };
  /** The window may close before the click completes. */
  const send = (window: Tab) => void window.click('button[type=submit]').catch(() => undefined);
  const endsSignedIn = async (site: Tab): Promise<void> => {
    await showsSignedIn(site, true);
    const popup = await browser().openExtensionPage('ui/popup.html');
    await sees(popup, 'h1', 'Ada Lovelace');
    expect(await popup.evaluate('document.querySelector("[role=alert]")?.textContent')).toBeFalsy();
    await signOut(popup);
    for (const tab of [site, popup]) await tab.close();
  };

  it('a form that is sent twice to a slow provider signs in, if need be in a window that opens again by itself', async () => {
    const { site, window } = await beginsAtSecond();
    const known = new Set(await browser().tabs());
    second().thinksMs = 2_000;
    // A driver would wait for the first navigation.
    await window.evaluate(`(() => {
      const button = document.querySelector('button[type=submit]');
      button.click();
      setTimeout(() => button.click(), 700);
    })()`);
    let next: Tab | undefined;
    await expect
      .poll(
        async () => {
          next = await tabAt(browser(), second().origin, known);
          return next !== undefined || (await site.evaluate('document.documentElement.dataset.signedIn')) === 'true';
        },
        { timeout: 60_000 },
      )
      .toBe(true);
    second().thinksMs = 0;
    // The provider's first response was lost with the window, and so was its cookie.
    if (next) await completeSignIn(next, 'ada');
    await endsSignedIn(site);
  });

  it.skipIf(keepsBrokenPages)('a page of the provider that breaks off opens again by itself', async () => {
    const { site, window } = await beginsAtSecond();
    second().breaksOff = true;
    const known = new Set(await browser().tabs());
    send(window);
    await closes(window);
    second().breaksOff = false;
    await expect.poll(() => tabAt(browser(), second().origin, known), { timeout: 30_000 }).toBeDefined();
    await completeSignIn((await tabAt(browser(), second().origin, known)) as Tab, 'ada');
    await endsSignedIn(site);
  });
}
