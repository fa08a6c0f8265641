import { join } from 'node:path';
import type { Tab } from '../browser/driven.ts';
import { runCli } from '../program.ts';
import type { DemoUser } from '../users.ts';
import { check } from './check.ts';
import type { Stage } from './stage.ts';
import type { Step } from './step.ts';
import { openTab, press, shows, typeCredentials, until } from './tab.ts';
import { openTerminal, showTerminal } from './terminal.ts';

/** The API's answer to `/whoami`. */
export interface WhoAmI {
  name: string;
  scopes: string[];
  through: string;
}

/** A machine without a browser. */
export interface SignedInDevice {
  /** Calls the API with `latchkey token`. */
  whoAmI(): Promise<WhoAmI>;
}

/** The person signs in a command line by typing its code on the broker's page. */
export async function playDevice(stage: Stage, step: Step, user: DemoUser): Promise<SignedInDevice> {
  const { origins } = stage.demo;
  const file = join(stage.dir, 'device.json');
  const login = ['login', '--device', '--issuer', origins.broker, '--client', 'cli', '--scope', 'orders:read'];
  const terminal = openTerminal([...login, '--file', file], login.join(' '));
  try {
    const userCode = await step('device-code', '“latchkey login” shows a code and a link', async () => {
      const [code] = await terminal.says(/\b[B-Z]{4}-[B-Z]{4}\b/);
      return { page: await showTerminal(stage, terminal.text()), result: code };
    });

    const page = await step('device-page', 'The code is typed at the broker’s page', async () => {
      const device = await openTab(stage, `${origins.broker}/device`);
      await device.type('input[name=user_code]', userCode);
      return { page: device, result: device };
    });

    await step(
      'device-confirm',
      'It shows who, what, for how long and from where, and the code to compare',
      async () => {
        await submitCode(page, origins.idp, user);
        for (const fact of ['Command line', user.name, 'See your orders', userCode]) {
          await shows(page, 'body', fact);
        }
        await shows(page, 'button', 'Deny');
        return { page, result: undefined };
      },
    );

    await step('device-allowed', '“Allow”', async () => {
      await press(page, 'Allow');
      await shows(page, 'body', 'You’re signed in');
      return { page, result: undefined };
    });

    await step('device-signed-in', 'The command line says that it is signed in', async () => {
      const code = await terminal.ended();
      check(code === 0, `“latchkey login” ended with ${code}:\n${terminal.text()}`);
      return { page: await showTerminal(stage, terminal.text()), result: undefined };
    });
  } finally {
    terminal.stop();
  }

  return {
    async whoAmI() {
      const token = (await runCli(['token', '--file', file])).trim();
      const answer = await fetch(`${origins.api}/whoami`, { headers: { authorization: `Bearer ${token}` } });
      check(answer.ok, `the API answered ${answer.status} to “latchkey token”: ${await answer.clone().text()}`);
      return answer.json() as Promise<WhoAmI>;
    },
  };
}

/** Sends the code. If the person is signed in at the provider, it may not ask for anything. */
export async function submitCode(page: Tab, idp: string, user: DemoUser): Promise<void> {
  await press(page, 'Continue');
  const isForm = `location.origin === ${JSON.stringify(idp)} && document.querySelector('input[name=password]') !== null`;
  const isConfirmation = `[...document.querySelectorAll('button')].some((e) => e.textContent.trim() === 'Allow')`;
  await until(page, `(${isForm}) || ${isConfirmation}`);
  if (await page.evaluate<boolean>(isForm)) await typeCredentials(page, user);
  await shows(page, 'button', 'Allow');
}
