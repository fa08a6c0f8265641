import axe, { type AxeResults, type RunOptions } from 'axe-core';
import { type Browser, chromium, type Page } from 'playwright';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { findChromium } from '../../demo/browser/find.ts';
import { thisMachine } from '../../demo/browser/machine.ts';
import { type ExtensionGallery, openExtensionGallery } from '../pictures/extension/gallery.ts';
import { states } from '../pictures/extension/states.ts';

let gallery: ExtensionGallery;
let browser: Browser;

beforeAll(async () => {
  const executablePath = await findChromium({ ...thisMachine, say: () => undefined });
  [gallery, browser] = await Promise.all([
    openExtensionGallery(),
    chromium.launch({ executablePath, chromiumSandbox: false }),
  ]);
});
afterAll(() => Promise.all([browser?.close(), gallery?.close()]));

const rules: RunOptions = { runOnly: ['wcag2a', 'wcag2aa', 'wcag21aa', 'wcag22aa', 'best-practice'] };
const colors: RunOptions = { runOnly: { type: 'rule', values: ['color-contrast'] } };

/** The page's violations, according to axe-core. */
async function violations(page: Page, options: RunOptions): Promise<string[]> {
  // Inject it through the debugger, because the page's CSP blocks other scripts.
  const { violations } = (await page.evaluate(`${axe.source}; axe.run(${JSON.stringify(options)})`)) as AxeResults;
  return violations.flatMap(({ id, nodes }) => nodes.map(({ html }) => `${id}: ${html}`));
}

async function opened<T>(name: string, work: (page: Page) => Promise<T>, tag = 'en'): Promise<T> {
  const state = states.get(name);
  if (!state) throw new Error(`the gallery has no ${name}`);
  const page = await gallery.open(browser, state, { theme: 'light', tag });
  try {
    return await work(page);
  } finally {
    await page.context().close();
  }
}

const isTooWide = (page: Page) => page.evaluate(() => document.documentElement.scrollWidth > window.innerWidth);

/** Names of the elements that the Tab key reaches, from the top of the page to its end. */
async function tabStops(page: Page): Promise<string[]> {
  const stops: string[] = [];
  for (let presses = 0; presses < 40; presses += 1) {
    await page.keyboard.press('Tab');
    const name = await page.evaluate(() => {
      const focused = document.activeElement;
      if (!focused || focused === document.body) return undefined;
      return focused.getAttribute('aria-label') ?? (focused.textContent || focused.id);
    });
    if (name === undefined || (stops.length > 1 && name === stops[0])) return stops;
    stops.push(name.trim());
  }
  return stops;
}

describe('the pages of the extension', () => {
  it.each([...states.keys()])(
    '%s: axe-core objects to nothing, in light and in dark, and nothing sticks out',
    async (name) => {
      const found = await opened(name, async (page) => {
        const inLight = [await isTooWide(page), await violations(page, rules)];
        await page.emulateMedia({ colorScheme: 'dark' });
        return [...inLight, await violations(page, colors)];
      });
      expect(found).toEqual([false, [], []]);
    },
  );

  it.each(['de', 'es', 'ja', 'ar'])('are so in %s, too', async (tag) => {
    for (const name of [
      'provider',
      'popup-many-sites',
      'popup-reauth',
      'popup-device-asks',
      'consent-more',
      'options-baked',
      'diagnostics-attention',
    ]) {
      const found = await opened(
        name,
        async (page) => {
          const { lang, dir } = await page.evaluate(() => ({
            lang: document.documentElement.lang,
            dir: document.documentElement.dir,
          }));
          return [lang, dir, await isTooWide(page), await violations(page, rules)];
        },
        tag,
      );
      expect([name, ...found]).toEqual([name, tag, tag === 'ar' ? 'rtl' : 'ltr', false, []]);
    }
  });
});

describe('the keyboard', () => {
  it('comes in the popup to the settings, the account, this site, devices and activity, then each other site from top to bottom', async () => {
    expect(await opened('popup-this-site', tabStops)).toEqual([
      'Settings',
      'Sign out',
      'Remove access for Shop',
      'Sign in a device',
      'Recent activity',
      expect.stringContaining('Travel'),
      expect.stringContaining('Delivery notes'),
      expect.stringContaining('Newsletter'),
      expect.stringContaining('Time sheets'),
      'Add another account',
    ]);
  });

  it('opens the row of a site with Enter, and comes to its buttons next', async () => {
    const [row, ...buttons] = await opened('popup-signed-in', async (page) => {
      await page.locator('summary').first().focus();
      await page.keyboard.press('Enter');
      const opened = await page
        .locator('details')
        .first()
        .evaluate((details) => (details as HTMLDetailsElement).open);
      const names: unknown[] = [];
      for (let presses = 0; presses < 2; presses += 1) {
        await page.keyboard.press('Tab');
        names.push(await page.evaluate(() => document.activeElement?.getAttribute('aria-label')));
      }
      return [opened, ...names];
    });
    expect([row, ...buttons]).toEqual([true, 'Open Travel', 'Remove access for Travel']);
  });

  it('finds “Sign in” under the finger when the popup opens', async () => {
    const focused = await opened('popup-signed-out', async (page) => {
      await page.waitForFunction(() => document.activeElement !== document.body);
      return page.evaluate(() => document.activeElement?.textContent);
    });
    expect(focused).toBe('Sign in');
  });

  it('begins in the choice of providers at the one of the last sign-in', async () => {
    const focused = await opened('provider', async (page) => {
      await page.waitForFunction(() => document.activeElement?.tagName === 'BUTTON');
      return page.evaluate(() => document.activeElement?.textContent);
    });
    expect(focused).toBe('Sign in with MicrosoftLast used');
    expect(await opened('provider', tabStops)).toEqual(['Sign in with Acme Okta']);
  });

  it('comes in the consent window to the no before the yes', async () => {
    expect(await opened('consent', tabStops)).toEqual(['Not now', 'Allow', 'Block this site']);
  });

  it('has the focus where it was while a button works, and on the site when its button is gone', async () => {
    const focus = (page: Page) =>
      page.evaluate(() => [document.activeElement?.tagName, document.activeElement?.textContent?.trim()]);
    expect(await opened('popup-busy', focus)).toEqual(['BUTTON', 'Remove access']);
    const after = await opened('popup-disconnected', async (page) => {
      await page.waitForFunction(() => document.activeElement?.tagName === 'SUMMARY');
      return [...(await focus(page)), await page.textContent('[role=status]')];
    });
    expect(after).toEqual(['SUMMARY', expect.stringContaining('Shop'), 'Access removed for Shop']);
  });

  it('presses nothing twice while it is busy', async () => {
    const asked = await opened('popup-busy', async (page) => {
      await page.keyboard.press('Enter');
      await page.keyboard.press('Space');
      return page.evaluate('globalThis.fakeCalls["site.disconnect"]');
    });
    expect(asked).toBe(1);
  });

  it('sees where it is: each stop has a ring', async () => {
    const rings = await opened('popup-signed-in', async (page) => {
      const found: string[] = [];
      for (let stop = 0; stop < 4; stop += 1) {
        await page.keyboard.press('Tab');
        found.push(await page.evaluate(() => getComputedStyle(document.activeElement as Element).outlineStyle));
      }
      return found;
    });
    expect(new Set(rings)).toEqual(new Set(['solid']));
  });
});

describe('a device that asks by itself', () => {
  it('is answered with the keyboard alone: numbers, Deny, Report, in this order', async () => {
    const stops = await opened('popup-device-asks', tabStops);
    expect(stops.slice(stops.indexOf('42'))).toEqual(['42', '17', '93', 'Deny', 'Report: I didn’t start this']);
  });

  it('takes no press that was meant for what was there before, at whatever button', async () => {
    const calls = `globalThis.fakeCalls['device.allow'] ?? 0, globalThis.fakeCalls['own.call']`;
    const [early, after] = await opened('popup-device-asks', async (page) => {
      // In one task: however busy the machine is, no time passes between what interrupts and the presses.
      const early = await page.evaluate(`dispatchEvent(new Event('resize'));
        for (const button of document.querySelectorAll('.choice button')) button.click();
        [document.querySelectorAll('.choice button').length, ${calls}]`);
      await page.waitForSelector('.numbers button:not([aria-disabled=true])');
      await page.locator('.numbers button', { hasText: '17' }).hover();
      await page.waitForSelector('.numbers button:not([aria-disabled=true])');
      await page.locator('.numbers button', { hasText: '17' }).click();
      await page.waitForSelector('[role=status] .problem');
      return [early, await page.textContent('[role=status]')];
    });
    expect(early).toEqual([5, 0, 1]);
    expect(after).toContain('That wasn’t the number on the device');
  });
});

describe('the popup', () => {
  it('has one size in all its states', async () => {
    const sizes = new Set<string>();
    for (const name of states.keys()) {
      if (!name.startsWith('popup')) continue;
      sizes.add(
        await opened(name, (page) =>
          page.evaluate(() => `${document.body.offsetWidth} × ${document.body.offsetHeight}`),
        ),
      );
    }
    expect([...sizes]).toEqual(['360 × 540']);
  });

  it('scrolls its list to its own edge, and shows a note above the list', async () => {
    const edges = (page: Page) =>
      page.evaluate(() => {
        const bottom = (selector: string) => document.querySelector(selector)?.getBoundingClientRect().bottom ?? 0;
        return { list: bottom('main'), note: bottom('.status-line') };
      });
    const { list } = await opened('popup-signed-in', edges);
    expect(list).toBe(540);
    const withNote = await opened('popup-disconnected', async (page) => {
      await page.waitForSelector('.status-line button');
      // The end of the list comes above the note.
      await page.locator('button', { hasText: 'Add another account' }).scrollIntoViewIfNeeded();
      await page.evaluate(() => document.querySelector('main')?.scrollTo(0, 10_000));
      const end = await page.locator('button', { hasText: 'Add another account' }).boundingBox();
      const note = await page.locator('.status-line').boundingBox();
      return { ...(await edges(page)), isEndAbove: (end?.y ?? 0) + (end?.height ?? 0) <= (note?.y ?? 0) };
    });
    expect(withNote).toMatchObject({ list, isEndAbove: true });
    expect(withNote.note).toBeLessThan(list);
  });

  it('breaks an address only before its host, or in a host that is longer than a line', async () => {
    const lines = await opened('popup-this-site-local', (page) =>
      page.locator('.origin span').evaluateAll((hosts) =>
        hosts.map((host) => {
          const { height } = host.getBoundingClientRect();
          return [host.textContent, Math.round(height / Number.parseFloat(getComputedStyle(host).lineHeight))];
        }),
      ),
    );
    expect(lines).toEqual([
      ['localhost:41237', 1],
      ['purchasing-and-supplier-qualification-of-acme-logistics.eu.example.com', 3],
    ]);
  });

  it('has no ring around the name that screen readers start at', async () => {
    const ring = await opened('popup-signed-in', (page) =>
      page.evaluate(() => {
        const name = document.querySelector('h1');
        if (name) name.tabIndex = -1;
        name?.focus();
        return [document.activeElement?.tagName, name && getComputedStyle(name).outlineStyle];
      }),
    );
    expect(ring).toEqual(['H1', 'none']);
  });

  it('moves nothing when an action fails', async () => {
    const top = (page: Page) => page.evaluate(() => document.querySelector('h3')?.getBoundingClientRect().top);
    expect(await opened('popup-failed', top)).toBe(await opened('popup-signed-in', top));
  });
});

describe('the icon of a site', () => {
  it('is the configured one, or for this site the tab’s if the browser has it as data, and never one to load', async () => {
    const asked: string[] = [];
    const icons = async (favicon: string) => {
      const state = states.get('popup-icons');
      if (!state) throw new Error('the gallery has no popup-icons');
      const scene = { ...state.scene, favicon };
      const page = await gallery.open(browser, { ...state, scene }, { theme: 'light' });
      page.on('request', (request) => asked.push(request.url()));
      const shown = await page
        .locator('.tile')
        .evaluateAll((all) => all.map((one) => one.getAttribute('src')?.slice(0, 15) ?? one.textContent));
      await page.context().close();
      return shown;
    };
    expect(await icons('data:image/png;base64,iVBORw0KGgo=')).toEqual(['data:image/png;', 'data:image/svg+', 'D']);
    expect(await icons('https://travel.example.com/favicon.ico')).toEqual(['T', 'data:image/svg+', 'D']);
    expect(asked.filter((url) => url.includes('example.com'))).toEqual([]);
  });
});

describe('the field for the address of the broker', () => {
  it.each(['popup-setup', 'welcome', 'options-new'])(
    'keeps what is typed, the cursor and the focus while the page is drawn anew (%s)',
    async (name) => {
      const field = await opened(name, async (page) => {
        await page.focus('#broker');
        await page.keyboard.type('latchkey.exmple.com');
        for (let left = 0; left < 'mple.com'.length; left += 1) await page.keyboard.press('ArrowLeft');
        const asked = () =>
          page.evaluate('(globalThis.fakeCalls["state.get"] ?? 0) + (globalThis.fakeCalls["settings.get"] ?? 0)');
        const before = await asked();
        await page.evaluate('globalThis.fakeChange()');
        await expect.poll(asked).toBeGreaterThan(Number(before));
        await page.keyboard.type('a');
        return page.inputValue('#broker:focus');
      });
      expect(field).toBe('latchkey.example.com');
    },
  );
});

describe('the list of accounts', () => {
  it.each([
    ['popup-accounts', 'account.choose'],
    ['consent-accounts', 'consent.account'],
  ] as const)('shows the account in use after a choice that failed (%s)', async (name, method) => {
    const state = states.get(name);
    if (!state) throw new Error(`the gallery has no ${name}`);
    const offline = { fails: { code: 'offline', message: 'the broker cannot be reached' } } as const;
    const scene = { ...state.scene, answers: { ...state.scene.answers, [method]: offline } };
    const page = await gallery.open(browser, { ...state, scene }, { theme: 'light' });
    // A site's list is in its row.
    if (name === 'popup-accounts') await page.locator('summary').first().click();
    const list = page.locator('select').first();
    expect(await list.inputValue()).toBe('a1');
    await list.selectOption('a3');
    await page.waitForSelector('.problem');
    await expect.poll(() => list.inputValue()).toBe('a1');
    await page.context().close();
  });
});

describe('the organization’s face', () => {
  const main = (page: Page) =>
    page.evaluate(() => getComputedStyle(document.documentElement).getPropertyValue('--organization').trim());

  it('has its name in a box of its own, after the extension’s, and its color on the main button', async () => {
    const found = await opened('popup-organization', async (page) => [
      await page.textContent('.brand'),
      await page.textContent('.whose'),
      await main(page),
    ]);
    expect(found).toEqual(['LatchkeyAcme', 'Acme', '#0a5c36']);
  });

  it('has no color in which the main button could not be read', async () => {
    expect(await opened('popup-organization-hostile', main)).toBe('');
  });

  it('appears in no sentence of ours', async () => {
    const words = await opened('popup-organization-hostile', (page) =>
      page.evaluate(() => {
        document.querySelector('.whose')?.remove();
        return document.body.textContent;
      }),
    );
    expect(words).not.toContain('evil.example');
  });

  it('says below a problem whom to ask', async () => {
    const links = await opened('popup-organization-problem', (page) =>
      page.locator('.problem .help a').evaluateAll((all) => all.map((one) => one.getAttribute('href'))),
    );
    expect(links).toEqual([
      'https://help.acme.example',
      'mailto:help@acme.example',
      'https://login.acme.example/recover',
    ]);
  });
});

describe('the consent window', () => {
  it('takes Escape for “Not now”', async () => {
    const asked = await opened('consent', async (page) => {
      await page.keyboard.press('Escape');
      return page.evaluate('globalThis.fakeCalls["consent.answer"]');
    });
    expect(asked).toBe(1);
  });
});

describe('the diagnostics', () => {
  it('offer what solves a problem, first the problem, and whom to ask', async () => {
    const found = await opened('diagnostics-permission', async (page) => {
      await page.locator('.help a').first().waitFor();
      const first = page.locator('.check').first();
      return [await first.locator('h2').textContent(), await page.locator('.check button').allTextContents()];
    });
    expect(found).toEqual(['Permission to connect Failed', ['Continue']]);
  });
});

describe('a consent window with 9 scopes at each of 3 APIs, at 200 % zoom', () => {
  const button = 'button.primary';
  const press = async (page: Page) => {
    await page.locator(button).focus();
    await page.keyboard.press('Enter');
  };
  /** How much of the question has never been wholly in the window. */
  const unseen = (page: Page) => page.evaluate(() => (window as unknown as { unseen(): number }).unseen());
  const openLong = async (work: (page: Page) => Promise<void>) =>
    opened('consent-apis-many', async (page) => {
      // The window of 440 × 600 pixels.
      await page.setViewportSize({ width: 220, height: 300 });
      await page.reload();
      await page.waitForSelector('.asks');
      await page.evaluate(() => {
        const left = new Set([...document.querySelectorAll('h2, .asks li')].filter((part) => part.closest('.card')));
        const look = () => {
          for (const part of left) {
            const { top, bottom } = part.getBoundingClientRect();
            if (top >= -1 && bottom <= innerHeight + 1) left.delete(part);
          }
        };
        look();
        addEventListener('scroll', look);
        Object.assign(window, { unseen: () => left.size });
      });
      await work(page);
    });

  it('has no “Allow” until all was in view, which the button itself and the keyboard can do', () =>
    openLong(async (page) => {
      expect(await page.locator('.card h2').allTextContents()).toEqual(
        ['Orders', 'Invoices', 'Parts'].map((name) => expect.stringContaining(`${name} API`)),
      );
      let presses = 0;
      while ((await page.locator(button).textContent()) !== 'Allow') {
        expect(await unseen(page)).toBeGreaterThan(0);
        expect(presses).toBeLessThan(30);
        presses += 1;
        await press(page);
        // The scroll event comes with the next frame.
        await page.evaluate(() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))));
      }
      expect(presses).toBeGreaterThan(3);
      expect(await unseen(page)).toBe(0);
      // It looks and works like any other “Allow”: not before it was there for a while.
      expect(await page.locator(button).getAttribute('aria-disabled')).toBe('true');
      await page.waitForSelector(`${button}:not([aria-disabled])`);
    }));

  it('does not take a jump to the end for reading', () =>
    openLong(async (page) => {
      await page.keyboard.press('End');
      await expect.poll(() => page.evaluate(() => scrollY > 1_000)).toBe(true);
      expect(await page.locator(button).textContent()).toBe('Show the rest');
      await press(page);
      expect(await page.evaluate(() => scrollY)).toBeLessThan(1_000);
      expect(await page.locator(button).textContent()).toBe('Show the rest');
    }));
});
