import { join } from 'node:path';
import type { Page } from 'playwright';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { openTerminal } from '../../demo/play/terminal.ts';
import { runCli } from '../../demo/program.ts';
import { typeCredentials } from './kit/chromium/person.ts';
import { startTestDemo, type TestDemo, userNamed } from './kit/demo.ts';

let test: TestDemo;

beforeAll(async () => {
  test = await startTestDemo();
});
afterAll(() => test?.close());

const fileOf = (name: string) => join(test.dir, `${name}.json`);

/** Runs `latchkey login` until it shows its code and link. */
async function login(name: string) {
  const { broker } = test.demo.origins;
  const terminal = openTerminal(['login', '--device', '--issuer', broker, '--client', 'cli', '--file', fileOf(name)]);
  onTestFinished(() => terminal.stop());
  const [link, code = ''] = await terminal.says(/http:\S+\?user_code=([A-Z]{4}-[A-Z]{4})/);
  return { terminal, code, link };
}

async function press(page: Page, name: string): Promise<void> {
  const button = page.getByRole('button', { name, exact: true });
  // A button that grants something waits for a second after the pointer enters the window.
  await button.hover();
  await button.click();
}

describe('the device page, in a browser', () => {
  it('signs in by the form, shows the code to compare, and tells the device of a denial', async () => {
    const { terminal, code } = await login('denied');
    const page = await test.openTab(`${test.demo.origins.broker}/device`);
    await page.fill('input[name=user_code]', code.toLowerCase().replace('-', ' '));
    await press(page, 'Continue');
    await typeCredentials(page, userNamed('grace'));
    await page.getByText('Grace Hopper').waitFor();
    await page.getByText(code).waitFor();
    await press(page, 'Deny');
    await page.getByText('Sign-in denied').waitFor();
    expect(await terminal.ended()).not.toBe(0);
    expect(terminal.text()).toMatch(/denied/i);
    await page.close();
  });

  it('takes the code from the link, but submits nothing by itself', async () => {
    const { terminal, code, link } = await login('linked');
    const page = await test.openTab(link);
    expect(await page.inputValue('input[name=user_code]')).toBe(code);
    // The previous test signed in, so there is no form.
    await press(page, 'Continue');
    await press(page, 'Allow');
    await page.getByText('You’re signed in').waitFor();
    expect(await terminal.ended()).toBe(0);
    await page.close();
  });

  it('gives the device tokens that the API accepts, refreshed by itself, until it logs out', async () => {
    const call = async () => {
      const token = (await runCli(['token', '--file', fileOf('linked')])).trim();
      const answer = await fetch(`${test.demo.origins.api}/whoami`, { headers: { authorization: `Bearer ${token}` } });
      return { token, status: answer.status, body: await answer.json() };
    };
    const first = await call();
    expect(first).toMatchObject({ status: 200, body: { name: 'Grace Hopper', through: 'cli' } });
    await expect.poll(async () => (await call()).token, { timeout: 60_000, interval: 1_500 }).not.toBe(first.token);
    expect(await call()).toMatchObject({ status: 200, body: { name: 'Grace Hopper' } });
    await runCli(['logout', '--file', fileOf('linked')]);
    await expect(runCli(['token', '--file', fileOf('linked')])).rejects.toThrow();
  });
});
