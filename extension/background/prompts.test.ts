import { beforeEach, describe, expect, it } from 'vitest';
import { createBackground } from '../../test/extension/background.ts';
import { api, shop } from '../../test/extension/fake-broker.ts';

const question = { profile: 'session', origin: shop, resource: api, scopes: ['orders:read'] };
let parts: ReturnType<typeof createBackground>;
beforeEach(async () => {
  parts = createBackground();
  await parts.signIn.run();
});

const asked = async () => {
  await expect.poll(() => parts.windows.open.size).toBe(1);
  const [[windowId, page]] = [...parts.windows.open] as [[number, string]];
  return { windowId, id: page.split('#')[1] ?? '' };
};

describe('a consent window', () => {
  it('grants exactly what it shows, and only then lets the page go on', async () => {
    const done = parts.prompts.ask(question);
    const { id } = await asked();
    expect(await parts.prompts.find(id)).toMatchObject(question);
    await parts.prompts.answer(id, 'allow');
    await done;
    expect(parts.broker.consents).toMatchObject([{ origin: shop, resource: api, scope: 'orders:read' }]);
  });

  it.each([
    ['“Not now”', (id: string) => parts.prompts.answer(id, 'not_now')],
    ['closing it', async (_id: string, windowId: number) => parts.windows.close(windowId)],
  ])('is answered no by %s, and grants nothing', async (_what, act) => {
    const done = parts.prompts.ask(question);
    const denied = expect(done).rejects.toMatchObject({ code: 'user_denied' });
    const { id, windowId } = await asked();
    await act(id, windowId);
    await denied;
    expect(parts.broker.consents).toEqual([]);
    await expect(parts.prompts.answer(id, 'allow')).rejects.toMatchObject({ code: 'expired' });
  });

  it('is one at a time for an origin; a no answers whoever waits behind it', async () => {
    const first = parts.prompts.ask(question);
    const second = parts.prompts.ask({ ...question, scopes: ['orders:write'] });
    const denied = Promise.all([
      expect(first).rejects.toMatchObject({ code: 'user_denied' }),
      expect(second).rejects.toMatchObject({ code: 'user_denied' }),
    ]);
    const { windowId } = await asked();
    await parts.windows.close(windowId);
    await denied;
    expect(parts.windows.open.size).toBe(0);
  });

  it('is followed by the next question after a yes', async () => {
    const first = parts.prompts.ask(question);
    const second = parts.prompts.ask({ ...question, scopes: ['orders:write'] });
    const { id, windowId } = await asked();
    await parts.prompts.answer(id, 'allow');
    await first;
    await parts.windows.close(windowId);
    const next = await asked();
    await parts.prompts.answer(next.id, 'allow');
    await second;
    expect(parts.broker.consents.map(({ scope }) => scope)).toEqual(['orders:read', 'orders:write']);
  });

  it('does not come back for some seconds after a no, and then does', async () => {
    parts.prompts.denied(shop);
    await expect(parts.prompts.ask(question)).rejects.toMatchObject({ code: 'user_denied' });
    expect(parts.windows.open.size).toBe(0);
    parts.clock.ms += 8_000;
    const done = parts.prompts.ask(question);
    await parts.prompts.answer((await asked()).id, 'allow');
    await done;
  });

  it('stays open where the grant failed, to be tried again', async () => {
    const done = parts.prompts.ask(question);
    const { id } = await asked();
    parts.broker.next('POST /session/consents', 'lost');
    await expect(parts.prompts.answer(id, 'allow')).rejects.toMatchObject({ code: 'offline' });
    await parts.prompts.answer(id, 'allow');
    await done;
  });

  it('can be answered after the background was stopped, and is taken up by the next ask', async () => {
    void parts.prompts.ask(question);
    const { id, windowId } = await asked();
    const woken = createBackground(parts);
    woken.broker.signedIn = true;
    woken.windows.open.set(windowId, `ui/consent.html#${id}`);
    const again = woken.prompts.ask(question);
    await expect.poll(async () => (await woken.prompts.find(id)) !== undefined).toBe(true);
    await new Promise((resolve) => setImmediate(resolve));
    expect(woken.windows.open.size).toBe(1);
    await woken.prompts.answer(id, 'allow');
    await again;
    expect(woken.broker.consents).toHaveLength(1);
  });
});
