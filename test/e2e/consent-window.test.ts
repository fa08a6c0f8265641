import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, type TestContext } from 'vitest';
import { findChromium } from '../../demo/browser/find.ts';
import { launchBrowser } from '../../demo/browser/launch.ts';
import { thisMachine } from '../../demo/browser/machine.ts';
import { type RunningDemo, startDemo } from '../../demo/stack.ts';
import { armAfterMs } from '../../extension/ui/arming.ts';
import { type Display, openDisplay } from './browsers/display.ts';
import { typeCredentials } from './kit/chromium/person.ts';
import { extensionUrl } from './kit/chromium/stage.ts';
import { userNamed } from './kit/demo.ts';
import { openPlainChromium, type PlainChromium, type PlainPage } from './kit/plain-chromium.ts';
import { freePorts } from './kit/ports.ts';

/** Runs in a browser with real windows and real focus, on a virtual display. */
let dir: string;
let demo: RunningDemo;
let display: Display | undefined;
let browser: PlainChromium | undefined;
let site: PlainPage;
let question: PlainPage;

const allow = 'button.primary';
const isArmed = () => question.evaluate<boolean>(`document.querySelector('${allow}')?.ariaDisabled === null`);
const isOpen = async () => (await browser?.find(extensionUrl('ui/consent.html'))) !== undefined;
/** Shows whether there is a grant, because the site's page gets a token only with a grant. */
const token = () => site.evaluate<string>(`document.querySelector('#token').textContent`);
/** The pointer is on the button before, because a pointer that enters the window starts the time anew. */
async function untilArmed(): Promise<void> {
  await expect.poll(() => question.evaluate(`document.querySelector('${allow}') !== null`)).toBe(true);
  await question.hover(allow);
  await expect.poll(isArmed).toBe(true);
}

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'latchkey-clicks-'));
  display = await openDisplay();
  if (!display) return;
  const log = (line: string) => void process.stderr.write(`${line}\n`);
  demo = await startDemo({ ports: await freePorts(), dir: join(dir, 'demo'), now: Date.now, log });
  const profileDir = join(dir, 'profile');
  await signIn(profileDir);
  browser = await openPlainChromium({ display: display.name, extensionDir: demo.extensionDir, profileDir });
});
/** Signs in with a browser driver, and keeps the session in the profile. */
async function signIn(profileDir: string): Promise<void> {
  const executable = await findChromium({ ...thisMachine, say: () => undefined });
  const context = await launchBrowser({ executable, extensionDir: demo.extensionDir, profileDir, headless: true });
  if (context.serviceWorkers().length === 0) await context.waitForEvent('serviceworker');
  const popup = await context.newPage();
  await popup.goto(extensionUrl('ui/popup.html'));
  const { name, ...credentials } = userNamed('ada');
  const [window] = await Promise.all([
    context.waitForEvent('page', (page) => !page.url().startsWith(extensionUrl(''))),
    popup.getByRole('button', { name: 'Sign in' }).click(),
  ]);
  await Promise.all([window.waitForEvent('close'), typeCredentials(window, credentials)]);
  await popup.getByText(name).waitFor();
  await context.close();
}

afterAll(async () => {
  await browser?.close();
  await display?.close();
  await demo?.close();
  await rm(dir, { recursive: true, force: true });
});

/** Opens the site in a separate tab and makes it ask. */
async function ask(context: TestContext): Promise<void> {
  const chromium = browser ?? context.skip('Xvfb and xdotool are not both installed: there is no display with a focus');
  site = await chromium.open(demo.origins.shop);
  await expect.poll(() => site.evaluate('document.documentElement.dataset.signedIn')).toBe('true');
  await site.toFront();
  await site.click('#connect');
  let found: PlainPage | undefined;
  await expect
    .poll(async () => {
      found = await chromium.find(extensionUrl('ui/consent.html'));
      return found !== undefined;
    })
    .toBe(true);
  question = found as PlainPage;
  await untilArmed();
}

const leave = () => site.evaluate('void (location = "about:blank")');

describe('a click that was meant for something else does not answer the consent window', () => {
  it('the second one of a double click, whose first one closed the page’s window above it', async (context) => {
    await ask(context);
    await site.evaluateAfterClick(`window.cover = open('about:blank#cover', 'cover', 'popup,width=500,height=700')`);
    await expect.poll(() => question.evaluate('document.hasFocus()')).toBe(false);
    await expect.poll(isArmed).toBe(false);
    const cover = await browser?.find('about:blank#cover');
    await cover?.evaluate(
      'document.body.innerHTML = "<button>Double-click here</button>"; onmousedown = () => close()',
    );
    await cover?.click('button').catch(() => undefined);
    // There is no window manager here, so do its part.
    await question.toFront();
    await question.click(allow);
    expect(await isOpen()).toBe(true);
    expect(await token()).toBe('none');
    await leave();
    await expect.poll(isOpen).toBe(false);
  });

  it('one right after the window was moved under the pointer', async (context) => {
    await ask(context);
    await question.place({ left: 300, top: 120 });
    await expect.poll(isArmed).toBe(false);
    await question.click(allow);
    expect(await isOpen()).toBe(true);
    expect(await token()).toBe('none');
    await leave();
    await expect.poll(isOpen).toBe(false);
  });

  it('one of a row of clicks, however long it is', async (context) => {
    await ask(context);
    await site.toFront();
    await question.toFront();
    for (const until = performance.now() + 2 * armAfterMs; performance.now() < until; ) await question.click(allow);
    expect(await isOpen()).toBe(true);
    expect(await token()).toBe('none');
    await leave();
    await expect.poll(isOpen).toBe(false);
  });
});

describe('a consent window', () => {
  it('closes when the page that asked is left', async (context) => {
    await ask(context);
    await leave();
    await expect.poll(isOpen).toBe(false);
  });

  it('stores nothing for a page that was left while the background was stopped', async (context) => {
    await ask(context);
    await question.stopWorkers();
    await leave();
    await expect.poll(() => site.evaluate('location.href')).toBe('about:blank');
    await question.toFront();
    await untilArmed();
    await question.click(allow);
    await expect.poll(isOpen).toBe(false);
    await ask(context);
    expect(await token()).toBe('none');
    await leave();
    await expect.poll(isOpen).toBe(false);
  });

  it('is answered by one click of a person who has seen it', async (context) => {
    await ask(context);
    await question.click(allow);
    await expect.poll(isOpen).toBe(false);
    await expect.poll(token).not.toBe('none');
  });
});
