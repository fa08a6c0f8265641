import { beforeEach, describe, expect, it } from 'vitest';
import { createBackground } from '../../../test/extension/background.ts';
import { ada, api, grace, invoices, invoicesApi, shop } from '../../../test/extension/fake-broker.ts';

const question = {
  profile: 'session',
  origin: shop,
  document: 'D1',
  tabId: 7,
  wanted: [{ origin: shop, resource: api, scopes: ['orders:read'] }],
};
const toWrite = { ...question, wanted: [{ origin: shop, resource: api, scopes: ['orders:write'] }] };
const yes = async () => true;
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
    const done = parts.prompts.ask(question, yes);
    const { id } = await asked();
    expect(await parts.prompts.find(id)).toMatchObject(question);
    await parts.prompts.answer(id, 'allow', ada.sub);
    await done;
    expect(parts.broker.consents).toMatchObject([{ origin: shop, resource: api, scope: 'orders:read' }]);
  });

  it.each([
    ['“Not now”', (id: string) => parts.prompts.answer(id, 'not_now', ada.sub)],
    ['closing it', async (_id: string, windowId: number) => parts.windows.close(windowId)],
  ])('is answered no by %s, and grants nothing', async (_what, act) => {
    const done = parts.prompts.ask(question, yes);
    const denied = expect(done).rejects.toMatchObject({ code: 'user_denied' });
    const { id, windowId } = await asked();
    await act(id, windowId);
    await denied;
    expect(parts.broker.consents).toEqual([]);
    await expect(parts.prompts.answer(id, 'allow', ada.sub)).rejects.toMatchObject({ code: 'expired' });
  });

  it('is one at a time for an origin; a no answers whoever waits behind it', async () => {
    const first = parts.prompts.ask(question, yes);
    const second = parts.prompts.ask(toWrite, yes);
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
    const first = parts.prompts.ask(question, yes);
    const second = parts.prompts.ask(toWrite, yes);
    const { id, windowId } = await asked();
    await parts.prompts.answer(id, 'allow', ada.sub);
    await first;
    await parts.windows.close(windowId);
    const next = await asked();
    await parts.prompts.answer(next.id, 'allow', ada.sub);
    await second;
    expect(parts.broker.consents.map(({ scope }) => scope)).toEqual(['orders:read', 'orders:write']);
  });

  it('is about the account that was chosen last, and about none once it is answered', async () => {
    parts.broker.account = grace;
    await parts.profiles.add();
    const { session } = await parts.profiles.get('profile-1');
    const { current } = session;
    session.current = async () => {
      await new Promise((resolve) => setTimeout(resolve, 10));
      return current();
    };
    const done = parts.prompts.ask(question, yes);
    const { id } = await asked();
    await Promise.all([
      parts.prompts.chooseAccount(id, 'profile-1'),
      parts.prompts.chooseAccount(id, question.profile),
    ]);
    expect(await parts.prompts.find(id)).toMatchObject(question);
    await Promise.all([
      parts.prompts.chooseAccount(id, 'profile-1'),
      parts.prompts.answer(id, 'not_now', ada.sub),
    ]).catch(() => undefined);
    await expect(done).rejects.toMatchObject({ code: 'user_denied' });
    expect(await parts.prompts.find(id)).toBeUndefined();
  });

  it('does not come back for some seconds after a no, and then does', async () => {
    parts.prompts.denied(shop);
    await expect(parts.prompts.ask(question, yes)).rejects.toMatchObject({ code: 'user_denied' });
    expect(parts.windows.open.size).toBe(0);
    parts.clock.ms += 8_000;
    const done = parts.prompts.ask(question, yes);
    await parts.prompts.answer((await asked()).id, 'allow', ada.sub);
    await done;
  });

  it('stays open where the grant failed, to be tried again', async () => {
    const done = parts.prompts.ask(question, yes);
    const { id } = await asked();
    parts.broker.next('POST /session/consents', 'lost');
    await expect(parts.prompts.answer(id, 'allow', ada.sub)).rejects.toMatchObject({ code: 'offline' });
    await parts.prompts.answer(id, 'allow', ada.sub);
    await done;
  });

  it('can be answered after the background was stopped, and is taken up by the next ask', async () => {
    void parts.prompts.ask(question, yes);
    const { id, windowId } = await asked();
    const woken = createBackground(parts);
    woken.broker.signedIn = true;
    woken.windows.open.set(windowId, `ui/consent.html#${id}`);
    const again = woken.prompts.ask(question, yes);
    await expect.poll(async () => (await woken.prompts.find(id)) !== undefined).toBe(true);
    await new Promise((resolve) => setImmediate(resolve));
    expect(woken.windows.open.size).toBe(1);
    await woken.prompts.answer(id, 'allow', ada.sub);
    await again;
    expect(woken.broker.consents).toHaveLength(1);
  });
});

describe('a question is for one account', () => {
  it.each(['allow', 'never'] as const)(
    'and over when another one signs in: %s decides nothing for that',
    async (choice) => {
      const ended = expect(parts.prompts.ask(question, yes)).rejects.toMatchObject({ code: 'expired' });
      const { id } = await asked();
      parts.broker.account = grace;
      await parts.signIn.run();
      await ended;
      await expect.poll(() => parts.windows.open.size).toBe(0);
      await expect(parts.prompts.answer(id, choice, ada.sub)).rejects.toMatchObject({ code: 'expired' });
      expect(parts.broker.calls).not.toContain('POST /session/consents');
    },
  );

  /** Simulates a sign-in whose event hasn't arrived yet. */
  const becomesGraces = async () => {
    const known = (await parts.area.get('session session')) as { answer: object };
    await parts.area.set('session session', { ...known, answer: { ...known.answer, account: grace } });
  };

  it('also where nobody has noticed yet that another one is there', async () => {
    const ended = expect(parts.prompts.ask(question, yes)).rejects.toMatchObject({ code: 'expired' });
    const { id } = await asked();
    await becomesGraces();
    await expect(parts.prompts.answer(id, 'allow', ada.sub)).rejects.toMatchObject({ code: 'expired' });
    await ended;
    expect(parts.broker.calls).not.toContain('POST /session/consents');
  });

  it('which the broker is told with the answer, in case another one signs in at just that moment', async () => {
    void parts.prompts.ask(question, yes);
    const { id } = await asked();
    parts.windows.isThere = async () => {
      await becomesGraces();
      return true;
    };
    await parts.prompts.answer(id, 'allow', ada.sub);
    expect(parts.accountsTold.get('POST /session/consents')).toBe(ada.sub);
  });

  it('and an answer that was given for another than it is about decides nothing', async () => {
    parts.broker.account = grace;
    await parts.profiles.add();
    void parts.prompts.ask(question, yes);
    const { id } = await asked();
    await parts.prompts.chooseAccount(id, 'profile-1');
    await expect(parts.prompts.answer(id, 'allow', ada.sub)).rejects.toMatchObject({ code: 'busy' });
    expect(parts.broker.calls).not.toContain('POST /session/consents');
    await parts.prompts.answer(id, 'allow', grace.sub);
    expect(parts.broker.consentsOf(grace.sub)).toHaveLength(1);
  });
});

it('a question is about what the chosen account has not given yet, and then about that of the next one', async () => {
  parts.broker.resources.push(invoicesApi);
  parts.broker.consents.push({ origin: shop, resource: api, scope: 'orders:read', granted_at: 1 });
  parts.broker.account = grace;
  await parts.profiles.add();
  const [orders] = question.wanted;
  const ofInvoices = { origin: shop, resource: invoices, scopes: ['invoices:read'] };
  void parts.prompts.ask({ ...question, wanted: [orders!, ofInvoices] }, yes);
  const { id } = await asked();
  expect((await parts.prompts.find(id))?.asks).toEqual([ofInvoices]);
  await parts.prompts.chooseAccount(id, 'profile-1');
  expect((await parts.prompts.find(id))?.asks).toEqual([orders, ofInvoices]);
  await parts.prompts.chooseAccount(id, question.profile);
  expect((await parts.prompts.find(id))?.asks).toEqual([ofInvoices]);
  await parts.prompts.chooseAccount(id, 'profile-1');
  await parts.prompts.answer(id, 'allow', grace.sub);
  expect(parts.broker.consentsOf(grace.sub)).toHaveLength(2);
  expect(parts.broker.consents).toHaveLength(1);
});

describe('a question is for one document', () => {
  it('and over when that is gone: the window closes, and an answer stores nothing', async () => {
    const ended = expect(parts.prompts.ask(question, yes)).rejects.toMatchObject({ code: 'expired' });
    const { id } = await asked();
    await parts.prompts.documentGone('D2');
    expect(await parts.prompts.find(id)).toBeDefined();
    await parts.prompts.documentGone('D1');
    await ended;
    expect(parts.windows.open.size).toBe(0);
    await expect(parts.prompts.answer(id, 'allow', ada.sub)).rejects.toMatchObject({ code: 'expired' });
    expect(parts.broker.calls).not.toContain('POST /session/consents');
  });

  it.each(['allow', 'never'] as const)(
    'also where it went while the background was stopped: %s decides nothing',
    async (choice) => {
      void parts.prompts.ask(question, yes);
      const { id, windowId } = await asked();
      const woken = createBackground(parts);
      woken.broker.signedIn = true;
      woken.windows.open.set(windowId, `ui/consent.html#${id}`);
      woken.windows.gone.add('D1');
      await expect(woken.prompts.answer(id, choice, ada.sub)).rejects.toMatchObject({ code: 'expired' });
      expect(woken.broker.calls).not.toContain('POST /session/consents');
      expect(woken.windows.open.size).toBe(0);
    },
  );

  it('and over at once where that went while its window opened', async () => {
    parts.windows.gone.add('D1');
    await expect(parts.prompts.ask(question, yes)).rejects.toMatchObject({ code: 'expired' });
    expect(parts.windows.open.size).toBe(0);
  });

  it('is not taken up by another one that asks the same', async () => {
    void parts.prompts.ask(question, yes);
    const { id, windowId } = await asked();
    const woken = createBackground(parts);
    woken.broker.signedIn = true;
    woken.windows.open.set(windowId, `ui/consent.html#${id}`);
    void woken.prompts.ask({ ...question, document: 'D2' }, yes);
    await expect.poll(async () => woken.prompts.find(id)).toMatchObject({ document: 'D2' });
    expect(woken.windows.open.size).toBe(1);
  });
});

describe('“Never for this site”', () => {
  it('takes back what the site has, closes the window, and answers whoever waits', async () => {
    await parts.session.grant({ origin: shop, resource: api, scope: 'orders:read' }, ada.sub);
    const first = expect(parts.prompts.ask(toWrite, yes)).rejects.toMatchObject({
      code: 'user_denied',
      interaction: undefined,
    });
    const second = expect(parts.prompts.ask(toWrite, yes)).rejects.toMatchObject({ code: 'user_denied' });
    await parts.prompts.answer((await asked()).id, 'never', ada.sub);
    await Promise.all([first, second]);
    expect(parts.broker.consents).toEqual([]);
    expect(parts.broker.sites).toEqual([{ origin: shop, refused_at: 1 }]);
    expect(parts.windows.open.size).toBe(0);
  });

  it('opens no window from then on, however long ago it was said', async () => {
    await parts.session.refuse(shop, ada.sub);
    parts.clock.ms += 86_400_000;
    await expect(parts.prompts.ask(question, yes)).rejects.toMatchObject({ code: 'user_denied' });
    expect(parts.windows.open.size).toBe(0);
  });

  it('leaves the window open where the broker can’t be told, and can be tried again', async () => {
    const done = expect(parts.prompts.ask(question, yes)).rejects.toMatchObject({ code: 'user_denied' });
    const { id } = await asked();
    parts.broker.next('POST /session/consents', 'lost');
    await expect(parts.prompts.answer(id, 'never', ada.sub)).rejects.toMatchObject({ code: 'offline' });
    expect(parts.windows.open.size).toBe(1);
    await parts.prompts.answer(id, 'never', ada.sub);
    await done;
  });
});

describe('an open question', () => {
  const elsewhere = (act: () => void) => async () => {
    act();
    await parts.session.check(false);
  };

  it.each([
    ['disconnects the site', () => parts.session.revoke({ origin: shop }), 'user_denied'],
    ['disconnects it in another browser', elsewhere(() => void parts.broker.consents.splice(0)), 'user_denied'],
    [
      'says never in another browser',
      elsewhere(() => void parts.broker.sites.push({ origin: shop, refused_at: 1 })),
      'user_denied',
    ],
    ['signs out', () => parts.session.signOut(), 'not_signed_in'],
  ])('ends when the person %s: the window closes, the page has its answer', async (_what, act, code) => {
    await parts.session.grant({ origin: shop, resource: api, scope: 'orders:read' }, ada.sub);
    const ended = expect(parts.prompts.ask(toWrite, yes)).rejects.toMatchObject({ code });
    const { id } = await asked();
    await act();
    await ended;
    await expect.poll(() => parts.windows.open.size).toBe(0);
    await expect(parts.prompts.answer(id, 'allow', ada.sub)).rejects.toMatchObject({ code: 'expired' });
    expect(parts.broker.consents.flatMap(({ scope }) => scope)).not.toContain('orders:write');
  });

  it('ends with a yes when the person agrees in another browser', async () => {
    const done = parts.prompts.ask(question, yes);
    await asked();
    parts.broker.consents.push({ origin: shop, resource: api, scope: 'orders:read', granted_at: 1 });
    await parts.session.check(false);
    await done;
    await expect.poll(() => parts.windows.open.size).toBe(0);
  });

  it('stays when something else changes', async () => {
    void parts.prompts.ask(question, yes);
    const { id } = await asked();
    const other = { origin: 'https://notes.test', resource: api, scope: 'orders:read', granted_at: 1 };
    parts.broker.consents.push(other);
    await parts.session.check(true);
    await parts.prompts.review();
    expect(await parts.prompts.find(id)).toMatchObject(question);
    expect(parts.windows.open.size).toBe(1);
  });

  it('is not asked where the answer has come from behind another one', async () => {
    const [first, second] = [parts.prompts.ask(question, yes), parts.prompts.ask(question, yes)];
    await parts.prompts.answer((await asked()).id, 'allow', ada.sub);
    await Promise.all([first, second]);
    expect(parts.windows.open.size).toBe(0);
    expect(parts.broker.consents).toHaveLength(1);
  });
});
