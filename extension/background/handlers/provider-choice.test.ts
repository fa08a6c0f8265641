import { beforeEach, describe, expect, it } from 'vitest';
import { createBackground } from '../../../test/extension/background.ts';
import { shop } from '../../../test/extension/fake-broker.ts';
import type { PageCall } from '../page/handler-types.ts';

let parts: ReturnType<typeof createBackground>;
let clicks: number;
let alive: boolean;

const call = (): PageCall => ({
  trace: 'a-trace',
  sender: { origin: shop, tabId: 7, document: 'D1' },
  activated: true,
  takeClick() {
    clicks -= 1;
    return clicks >= 0;
  },
  alive: () => alive,
  profile: () => parts.profiles.at(shop),
});
const signIn = () => parts.handlers['session.sign_in']({}, call());
const windows = () => [...parts.windows.open.values()];
/** The ID of the question that the open window shows. */
async function question(): Promise<string> {
  await expect.poll(windows).toHaveLength(1);
  return windows()[0]?.replace('ui/provider.html#', '') ?? '';
}
const authorized = () => parts.broker.bodies.filter((body) => 'code_challenge' in body);

beforeEach(() => {
  parts = createBackground();
  parts.broker.upstreams = ['corp', 'partners'];
  [clicks, alive] = [1, true];
});

describe('a click on a page, with several providers', () => {
  it('opens a window with the site and the providers, and signs in with the chosen one', async () => {
    const answer = signIn();
    const id = await question();
    expect(parts.choices.find(id)).toMatchObject({ origin: shop, providers: [{ name: 'corp' }, { name: 'partners' }] });
    expect(authorized()).toEqual([]);
    parts.choices.answer(id, 'partners');
    expect(await answer).toEqual({ signed_in: true });
    expect(authorized()).toMatchObject([{ upstream: 'partners' }]);
    expect(windows()).toEqual([]);
  });

  it('takes no provider that it did not offer, and no answer to another question', async () => {
    const answer = signIn();
    const id = await question();
    expect(() => parts.choices.answer(id, 'evil')).toThrow('no such provider');
    expect(() => parts.choices.answer('prompt-9', 'corp')).toThrow('no longer open');
    expect(parts.choices.find('prompt-9')).toBeUndefined();
    parts.choices.answer(id, 'corp');
    await answer;
  });

  it('is denied by closing the window, and the page cannot ask again at once', async () => {
    const answer = signIn();
    await question();
    const [windowId = 0] = parts.windows.open.keys();
    await parts.windows.close(windowId);
    await expect(answer).rejects.toMatchObject({ code: 'user_denied' });
    clicks = 1;
    await expect(signIn()).rejects.toMatchObject({ code: 'user_denied' });
    expect(windows()).toEqual([]);
    expect(authorized()).toEqual([]);
  });

  it('opens one window for one click, however many requests there are', async () => {
    const answers = [signIn(), signIn(), signIn()];
    parts.choices.answer(await question(), 'corp');
    await Promise.allSettled(answers);
    expect(authorized()).toHaveLength(1);
  });

  it('opens no sign-in for a page that is gone', async () => {
    const answer = signIn();
    const id = await question();
    alive = false;
    parts.choices.answer(id, 'corp');
    await expect(answer).rejects.toMatchObject({ code: 'not_signed_in' });
    expect(authorized()).toEqual([]);
  });

  it('opens no sign-in for a page that joined one whose page is gone', async () => {
    const [gone, joined] = [signIn(), parts.handlers['session.sign_in']({}, { ...call(), alive: () => true })];
    const id = await question();
    alive = false;
    parts.choices.answer(id, 'corp');
    await expect(gone).rejects.toMatchObject({ code: 'not_signed_in' });
    await expect(joined).rejects.toMatchObject({ code: 'not_signed_in' });
    expect(authorized()).toEqual([]);
  });

  it('does not ask once the account is known', async () => {
    parts.broker.account = { ...parts.broker.account, upstream: 'partners' };
    await parts.signIn.run({ upstream: 'partners' });
    await parts.signIn.run();
    expect(windows()).toEqual([]);
  });

  it('shows the provider of the last sign-in first, after a sign-out', async () => {
    parts.broker.account = { ...parts.broker.account, upstream: 'partners' };
    await parts.signIn.run({ upstream: 'partners' });
    await parts.profiles.signOut((await parts.profiles.main()).id);
    const answer = signIn();
    const id = await question();
    expect(parts.choices.find(id)?.providers[0]).toMatchObject({ name: 'partners', isLast: true });
    parts.choices.answer(id, 'corp');
    await answer;
  });
});

it('with one provider, a click opens no window before the provider’s', async () => {
  parts.broker.upstreams = ['corp'];
  expect(await signIn()).toEqual({ signed_in: true });
  expect(windows()).toEqual([]);
});
