import { generateKeyPairSync } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it, type TestContext } from 'vitest';
import { chromeExtensionId, demoFirefoxId } from '../../../demo/extension-key.ts';
import { type RunningDemo, startDemo } from '../../../demo/stack.ts';
import { buildExtension } from '../../../extension/packaging/build-extension.ts';
import { freePorts } from '../kit/ports.ts';
import type { Browser } from './browser.ts';
import { openChromium } from './chromium.ts';
import { openFirefox } from './firefox.ts';
import { firefoxWithPolicy, type PolicyFile, writeChromiumPolicy } from './policy-file.ts';
import { ask, openProbe } from './probe.ts';
import { closes, press, sees, signOut, tabAt, userNamed } from './tab.ts';

/** A browser with this policy. `undefined` if the policy file can't be written. */
type OpenManaged = (demo: RunningDemo, profileDir: string, policy: object) => Promise<Browser | undefined>;

/** Unique to this run. The policy applies to every Chromium on this machine, so it must name only our extension. */
const extensionKey = generateKeyPairSync('rsa', { modulusLength: 2048 })
  .publicKey.export({ type: 'spki', format: 'der' })
  .toString('base64');

const openManagedChromium: OpenManaged = async (demo, profileDir, policy) => {
  const file: PolicyFile | undefined = await writeChromiumPolicy(chromeExtensionId(extensionKey), policy);
  if (!file) return undefined;
  const browser = await openChromium(demo, { extensionKey, profileDir });
  return {
    ...browser,
    async close() {
      await browser.close();
      await file.remove();
    },
  };
};

/** The policy also installs the extension, because only an installed extension gets the browser's startup event. */
const openManagedFirefox: OpenManaged = async (demo, profileDir, policy) => {
  const executable = await firefoxWithPolicy(dirname(profileDir), demo, policy);
  return openFirefox(demo, { executable, profileDir });
};

const notWritable = 'Chromium reads policies from /etc alone, where only root may write';

describe.each([
  ['Chromium', openManagedChromium],
  ['Firefox', openManagedFirefox],
] as const)('%s', (name, openManaged) => {
  let dir: string;
  let demo: RunningDemo;
  let browser: Browser | undefined;
  beforeAll(async () => {
    dir = await mkdtemp(join(tmpdir(), 'latchkey-managed-'));
    const log = (line: string) => void process.stderr.write(`${line}\n`);
    demo = await startDemo({ ports: await freePorts(), dir: join(dir, 'demo'), now: Date.now, log, extensionKey });
  });
  afterEach(async () => {
    await browser?.close();
    browser = undefined;
  });
  afterAll(async () => {
    await demo?.close();
    await rm(dir, { recursive: true, force: true });
  });

  const newProfile = async (): Promise<string> => {
    return mkdtemp(join(await mkdtemp(join(dir, 'place-')), 'profile-'));
  };
  const open = async (context: TestContext, policy: object, of = demo, profile?: string): Promise<Browser> => {
    browser = await openManaged(of, profile ?? (await newProfile()), policy);
    if (!browser) return context.skip(notWritable);
    return browser;
  };
  const asks = async (running: Browser, origin: string) => {
    const probe = await openProbe(running, origin);
    const answer = await ask(probe, demo.origins.api, ['orders:read']);
    await probe.close();
    return answer;
  };

  it('policy: names the broker of a store build, which the person still lets it reach', async (context) => {
    const outDir = join(dir, 'store');
    const target = name === 'Chromium' ? 'chrome' : 'firefox';
    const build = { baked: null, firefoxId: demoFirefoxId, chromeKey: extensionKey };
    await buildExtension(build, { target, version: '1.2.3', outDir });
    const policy = { broker_url: demo.origins.broker };
    const running = await open(context, policy, { ...demo, extensionDir: join(outDir, 'chrome') });
    const popup = await running.openExtensionPage('ui/popup.html');
    await sees(popup, 'h1', 'Permission needed');
    await sees(popup, '.origin', demo.origins.broker);
    // Only Firefox has a preference that answers the browser's own prompt.
    if (name === 'Chromium') return;
    await press(popup, 'Continue');
    await sees(popup, 'h1', 'You’re signed out');
  });

  it('policy: a denied site gets nothing, and is told why; private windows are served where it allows them', async (context) => {
    const running = await open(context, { denied_sites: [demo.origins.shop], private_windows: 'allow' });
    expect(await asks(running, demo.origins.shop)).toMatchObject({
      code: 'policy_denied',
      message: expect.stringContaining('denied by the policy of this computer'),
    });
    expect(await asks(running, demo.origins.notes)).toMatchObject({ code: 'not_signed_in' });
    const apart = { ...running, newTab: running.newTabApart };
    await expect.poll(() => asks(apart, demo.origins.notes)).toMatchObject({ code: 'not_signed_in' });
  });

  it('policy: a value that is none is as good as absent, and undoes no other', async (context) => {
    const running = await open(context, {
      broker_url: 5,
      provider: 'nobody',
      denied_sites: [demo.origins.shop, 'https://*.example.com'],
      private_windows: 'sometimes',
      sign_in_at_start: 'yes',
      unheard_of: true,
    });
    expect(await asks(running, demo.origins.shop)).toMatchObject({ code: 'policy_denied' });
    expect(await asks(running, demo.origins.notes)).toMatchObject({ code: 'not_signed_in' });
    const apart = { ...running, newTab: running.newTabApart };
    await expect
      .poll(() => asks(apart, demo.origins.notes))
      .toMatchObject({
        code: 'policy_denied',
        message: expect.stringContaining('open this page in an ordinary tab'),
      });
    // A provider of that name may exist. Only the broker can tell that it doesn't.
    const popup = await running.openExtensionPage('ui/popup.html');
    await press(popup, 'Sign in');
    await sees(popup, '[role=alert]', 'unknown provider');
    expect(await tabAt(running, demo.origins.idp)).toBeUndefined();
  });

  it('policy: people sign in at the start of the browser, at the provider that it names', async (context) => {
    const policy = { provider: 'example', sign_in_at_start: true };
    const profile = await newProfile();
    // The first run installs it. From then on, it is present when the browser starts.
    await (await open(context, policy, demo, profile)).close();
    const running = await open(context, policy, demo, profile);
    await expect.poll(() => tabAt(running, demo.origins.idp)).toBeDefined();
    const window = await tabAt(running, demo.origins.idp);
    if (!window) throw new Error('the window is gone');
    await sees(window, 'input[name=password]');
    await window.type('input[name=username]', 'ada');
    await window.type('input[name=password]', userNamed('ada').password);
    await press(window, 'Sign in').catch(() => undefined);
    await closes(window);
    const popup = await running.openExtensionPage('ui/popup.html');
    await sees(popup, 'h1', 'Ada Lovelace');
    await signOut(popup);
  });
});
