import { expect, it } from 'vitest';
import { texts as en } from '../texts/en.ts';
import { button, exactly, text } from './place.ts';
import { api, cleanups, everything, fake, read } from './stand.ts';

/** Starts an app, and returns its place in the page. */
type Start = (more?: { installUrl: string }) => HTMLElement | Promise<HTMLElement>;

/**
 * What the state of an app is, with each framework.
 *
 * @param start an app that shows its state, the name of its account and the code of its error
 */
export function stateCases(start: Start): void {
  it('goes from no extension to ready, with each event', async () => {
    const stand = fake({ installed: false });
    const place = await start();
    await exactly(place, 'loading');
    await exactly(place, 'not_installed');
    stand.install();
    await exactly(place, 'signed_out');
    stand.signIn();
    await exactly(place, 'not_connected');
    stand.grant(api, read);
    await exactly(place, 'ready Ada Lovelace');
    stand.revoke(api);
    await exactly(place, 'not_connected');
    stand.signOut();
    await exactly(place, 'signed_out');
  });

  it('is unsupported on a page without HTTPS', async () => {
    fake();
    Object.defineProperty(window, 'isSecureContext', { value: false, configurable: true });
    cleanups.push(() => Reflect.deleteProperty(window, 'isSecureContext'));
    await exactly(await start(), 'unsupported');
  });

  it('is failed while the broker is away, and looks again by itself', async () => {
    const stand = fake(everything);
    stand.fail('access.list', { code: 'offline', retry_after_ms: 20 });
    const place = await start();
    await exactly(place, 'failed offline');
    stand.recover();
    await exactly(place, 'ready Ada');
  });
}

/**
 * How the prompts lead a person to what needs access, with each framework.
 *
 * @param start an app that shows “orders” in a guard
 */
export function promptCases(start: Start): void {
  it('leads a person from no extension to the page, by its own prompts', async () => {
    const stand = fake({ installed: false });
    const place = await start({ installUrl: 'https://example.com/get' });
    await text(place, en.not_installed[0]);
    expect(place.querySelector('a')?.href).toBe('https://example.com/get');
    stand.install();
    await text(place, en.signed_out[1]);
    button(place).click();
    await text(place, en.not_connected[1]);
    button(place).click();
    await exactly(place, 'orders');
  });

  it('says why a click came to nothing, until the next click, and keeps the focus', async () => {
    const stand = fake();
    const place = await start();
    stand.personSays('deny');
    await text(place, en.signed_out[1]);
    button(place).focus();
    button(place).click();
    await expect.poll(() => place.querySelector('[role=alert]')?.textContent).toBe(en.errors.user_denied);
    expect(document.activeElement).toBe(button(place));
    stand.personSays('allow');
    button(place).click();
    await text(place, en.not_connected[1]);
    expect(place.querySelector('[role=alert]')).toBeNull();
  });

  it('keeps the focus from one prompt to the next', async () => {
    const stand = fake({ installed: false });
    const place = await start({ installUrl: 'https://example.com/get' });
    await text(place, en.not_installed[1]);
    place.querySelector('a')?.focus();
    stand.install();
    await text(place, en.signed_out[1]);
    await expect.poll(() => document.activeElement).toBe(button(place));
    const before = document.activeElement;
    stand.signIn();
    await text(place, en.not_connected[1]);
    expect(document.activeElement).toBe(before);
    expect(before).toBe(button(place));
  });

  it('says what failed, and looks again by its button', async () => {
    const stand = fake(everything);
    stand.fail('session.get', 'policy_denied');
    const place = await start();
    await text(place, en.errors.policy_denied);
    stand.recover();
    button(place).click();
    await exactly(place, 'orders');
  });
}
