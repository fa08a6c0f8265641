import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Page } from 'playwright';
import { findChromium } from '../../../demo/browser/find.ts';
import { thisMachine } from '../../../demo/browser/machine.ts';
import { type Demo, startDemo } from '../../../demo/stack.ts';
import { type DemoUser, demoUsers } from '../../../demo/users.ts';
import { signInByPopup } from './chromium/person.ts';
import { openStage, type Stage } from './chromium/stage.ts';
import { freePorts } from './ports.ts';

/** The whole demo on free ports, and a headless browser with the extension. */
export interface TestDemo extends Stage {
  demo: Demo;
  /** The popup, as a tab. */
  openPopup(): Promise<Page>;
  /** Ends the session at the provider, as a browser restart might. The next sign-in shows the form. */
  forgetProvider(): Promise<void>;
  /** Ends any session at the provider, then opens the popup and signs in. */
  signIn(username?: string): Promise<Page>;
}

export const userNamed = (username: string): DemoUser => {
  const found = demoUsers.find((user) => user.username === username);
  if (!found) throw new Error(`the demo has no ${username}`);
  return found;
};

export async function startTestDemo(): Promise<TestDemo> {
  const dir = await mkdtemp(join(tmpdir(), 'latchkey-e2e-'));
  const demo = await startDemo({
    ports: await freePorts(),
    dir,
    now: Date.now,
    log: (line) => process.stderr.write(`${line}\n`),
  });
  const stage = await openStage(demo, await findChromium({ ...thisMachine, say: () => undefined }));
  const forgetProvider = () => stage.context.clearCookies({ domain: new URL(demo.origins.idp).hostname });
  const openPopup = () => stage.openExtensionPage('ui/popup.html');
  return {
    ...stage,
    openPopup,
    forgetProvider,
    async signIn(username = 'ada') {
      await forgetProvider();
      const popup = await openPopup();
      await signInByPopup(stage, popup, userNamed(username));
      return popup;
    },
    async close() {
      await stage.close();
      await demo.close();
      await rm(dir, { recursive: true, force: true });
    },
  };
}
