/** @jsxImportSource react */
// @vitest-environment happy-dom

import axe from 'axe-core';
import { type ReactNode, StrictMode } from 'react';
import { createRoot, hydrateRoot } from 'react-dom/client';
import { renderToString } from 'react-dom/server';
import { describe, expect, it, vi } from 'vitest';
import { promptCases, stateCases } from '../frameworks/testing/cases.ts';
import { button, exactly, text, turns } from '../frameworks/testing/place.ts';
import { api, cleanups, endEachTest, everything, fake, grace, read } from '../frameworks/testing/stand.ts';
import { texts as en } from '../frameworks/texts/en.ts';
import { LatchkeyProvider, RequireAccess, SignInPrompt, useAccess, useLatchkey, useToken } from './index.ts';

endEachTest();

const Provided = ({ children, ...more }: { children: ReactNode; language?: 'de' | 'ar'; installUrl?: string }) => (
  <StrictMode>
    <LatchkeyProvider resource={api} scopes={['orders:read']} {...more}>
      {children}
    </LatchkeyProvider>
  </StrictMode>
);

function show(content: ReactNode): { place: HTMLElement; unmount: () => void } {
  const place = document.body.appendChild(document.createElement('div'));
  const root = createRoot(place);
  root.render(content);
  const unmount = () => root.unmount();
  cleanups.push(() => {
    unmount();
    place.remove();
  });
  return { place, unmount };
}

const State = () => {
  const { state, account, error } = useLatchkey();
  return <output>{[state, account?.name, error?.code].filter(Boolean).join(' ')}</output>;
};

describe('the state', () => {
  stateCases(
    () =>
      show(
        <Provided>
          <State />
        </Provided>,
      ).place,
  );

  it('follows an update of the extension, and its removal', async () => {
    const latchkey = fake(everything);
    const { place } = show(
      <Provided>
        <State />
      </Provided>,
    );
    await exactly(place, 'ready Ada');
    latchkey.uninstall();
    await exactly(place, 'not_installed');
    latchkey.install();
    await exactly(place, 'ready Ada');
    // An update without a goodbye: the new one says that it is here.
    latchkey.install();
    await exactly(place, 'ready Ada');
    latchkey.signOut();
    await exactly(place, 'signed_out');
  });

  it('is looked at again when the tab is shown, and changes nothing where nothing has changed', async () => {
    const latchkey = fake(everything);
    let renders = 0;
    const Watch = () => {
      renders += 1;
      return <State />;
    };
    const { place } = show(
      <Provided>
        <Watch />
      </Provided>,
    );
    await exactly(place, 'ready Ada');
    const before = [renders, latchkey.requests.length] as const;
    document.dispatchEvent(new Event('visibilitychange'));
    await expect.poll(() => latchkey.requests.length).toBe(before[1] + 2);
    await turns();
    expect(renders).toBe(before[0]);
    latchkey.fail('session.get', 'not_installed');
    document.dispatchEvent(new Event('visibilitychange'));
    await exactly(place, 'not_installed');
  });

  it('is failed with the error, where nothing ends by itself', async () => {
    const latchkey = fake(everything);
    latchkey.fail('session.get', 'policy_denied');
    const { place } = show(
      <Provided>
        <State />
      </Provided>,
    );
    await exactly(place, 'failed policy_denied');
  });
});

describe('StrictMode and unmounting', () => {
  it('use one connection, and leave none behind', async () => {
    const latchkey = fake(everything);
    const { place, unmount } = show(
      <Provided>
        <State />
      </Provided>,
    );
    await exactly(place, 'ready Ada');
    expect(latchkey.connections()).toEqual({ open: 1, closed: 0 });
    unmount();
    await expect.poll(latchkey.connections).toEqual({ open: 0, closed: 1 });
  });

  it('an unmount while it connects leaves none either', async () => {
    const latchkey = fake(everything);
    show(
      <Provided>
        <State />
      </Provided>,
    ).unmount();
    const early = show(
      <Provided>
        <State />
      </Provided>,
    );
    await turns();
    early.unmount();
    await expect.poll(() => latchkey.connections().open).toBe(0);
    await turns();
    expect(latchkey.connections().open).toBe(0);
  });

  it('two providers with other defaults share the channel', async () => {
    const latchkey = fake(everything);
    const second = (
      <LatchkeyProvider resource={api} scopes={['orders:write']}>
        <State />
      </LatchkeyProvider>
    );
    const { place } = show(
      <>
        <Provided>
          <State />
        </Provided>
        {second}
      </>,
    );
    await exactly(place, 'ready Adanot_connected Ada');
    expect(latchkey.connections().open).toBe(1);
  });

  it('says what to do outside of a provider', () => {
    expect(() => renderToString(<State />)).toThrow('Wrap this component in <LatchkeyProvider>.');
  });
});

describe('a server', () => {
  it('renders the state loading, and the browser takes it over without a complaint', async () => {
    const app = (
      <Provided>
        <State />
        <RequireAccess instead={{ loading: <p>…</p> }}>orders</RequireAccess>
      </Provided>
    );
    const html = renderToString(app);
    expect(html).toBe('<output>loading</output><p>…</p>');
    fake(everything);
    const place = document.body.appendChild(document.createElement('div'));
    place.innerHTML = html;
    const recovered: unknown[] = [];
    const root = hydrateRoot(place, app, { onRecoverableError: (error) => recovered.push(error) });
    cleanups.push(() => root.unmount());
    await exactly(place, 'ready Adaorders');
    expect(recovered).toEqual([]);
  });
});

describe('RequireAccess', () => {
  promptCases(
    (more) =>
      show(
        <Provided {...more}>
          <RequireAccess>orders</RequireAccess>
        </Provided>,
      ).place,
  );

  it('asks for more than the provider names, where its children need more', async () => {
    const latchkey = fake(everything);
    const { place } = show(
      <Provided>
        <RequireAccess scopes={['orders:write']}>form</RequireAccess>
      </Provided>,
    );
    await text(place, en.not_connected[1]);
    button(place).click();
    await exactly(place, 'form');
    expect(latchkey.requests.findLast(({ m }) => m === 'token.get')?.p).toMatchObject({ scopes: ['orders:write'] });
  });

  it('shows what the page wants instead, and one of the prompts where the page wants it', async () => {
    fake();
    const { place } = show(
      <Provided>
        <RequireAccess instead={{ signed_out: <SignInPrompt className="mine" /> }}>orders</RequireAccess>
      </Provided>,
    );
    await text(place, en.signed_out[1]);
    expect(place.querySelector('section')?.className).toBe('mine');
  });

  it('starts its children anew for another account, and takes them away at a sign-out', async () => {
    const latchkey = fake(everything);
    let mounts = 0;
    const Draft = () => {
      const { account } = useLatchkey();
      return (
        <input
          ref={(input) => {
            if (input) mounts += 1;
          }}
          defaultValue={`secret of ${account?.sub}`}
        />
      );
    };
    const { place } = show(
      <LatchkeyProvider resource={api} scopes={read}>
        <RequireAccess>
          <Draft />
        </RequireAccess>
      </LatchkeyProvider>,
    );
    await expect.poll(() => place.querySelector('input')?.value).toBe('secret of ada');
    latchkey.signIn(grace);
    await expect.poll(() => place.querySelector('input')?.value).toBe('secret of grace');
    latchkey.signOut();
    await expect.poll(() => place.querySelector('input')).toBeNull();
    expect(mounts).toBeGreaterThanOrEqual(2);
  });

  it('speaks the language of the page or of the provider, in its direction', async () => {
    fake();
    const prompt = <RequireAccess>orders</RequireAccess>;
    const { place } = show(<Provided language="ar">{prompt}</Provided>);
    await expect.poll(() => place.querySelector('section')?.outerHTML).toContain('lang="ar" dir="rtl"');
    document.documentElement.lang = 'de-CH';
    cleanups.push(() => document.documentElement.removeAttribute('lang'));
    const second = show(<Provided>{prompt}</Provided>);
    await text(second.place, 'Anmelden');
  });

  it('has prompts without a fault that axe finds', async () => {
    document.title = 'Orders';
    document.documentElement.lang = 'en';
    cleanups.push(() => document.documentElement.removeAttribute('lang'));
    fake();
    const { place } = show(
      <Provided>
        <h1>Orders</h1>
        <RequireAccess>orders</RequireAccess>
      </Provided>,
    );
    await text(place, en.signed_out[1]);
    const { violations } = await axe.run(place, { rules: { 'color-contrast': { enabled: false } } });
    expect(violations.map(({ id }) => id)).toEqual([]);
  });
});

describe('the hooks', () => {
  it('useAccess knows what is granted, and asks for more', async () => {
    const latchkey = fake(everything);
    const Form = () => {
      const { granted, request } = useAccess({ scopes: ['orders:write'] });
      return (
        <button type="button" onClick={request}>
          {String(granted)}
        </button>
      );
    };
    const { place } = show(
      <Provided>
        <Form />
      </Provided>,
    );
    await expect.poll(() => latchkey.requests.some(({ m }) => m === 'access.list')).toBe(true);
    await exactly(place, 'false');
    button(place).click();
    await exactly(place, 'true');
  });

  it('useToken renews a token before it expires, and drops that of another account', async () => {
    const latchkey = fake({ ...everything, lifetimeSeconds: 2 });
    const tokens: (string | undefined)[] = [];
    const Socket = () => {
      const { token } = useToken({ minTtl: 1 });
      if (tokens.at(-1) !== token?.token) tokens.push(token?.token);
      return token?.token ?? 'none';
    };
    const { place } = show(
      <Provided>
        <Socket />
      </Provided>,
    );
    await text(place, 'of-ada');
    const first = place.textContent;
    await expect.poll(() => place.textContent).not.toBe(first);
    await text(place, 'of-ada');
    latchkey.signIn(grace);
    await text(place, 'of-grace');
    // Each is asked for by its owner's name, so that a change can't come in between.
    const owners = latchkey.requests.flatMap(({ m, p }) => (m === 'token.get' ? [p.profile] : []));
    expect(new Set(owners)).toEqual(new Set(['ada', 'grace']));
    // Nothing of Ada's after Grace's began.
    const begin = tokens.findIndex((token) => token?.endsWith('grace'));
    expect(tokens[begin - 1]).toBeUndefined();
    expect(tokens.slice(begin).every((token) => !token?.endsWith('ada'))).toBe(true);
  });

  it('useToken says why there is none', async () => {
    const latchkey = fake(everything);
    latchkey.fail('token.get', 'policy_denied');
    const Socket = () => {
      const { error } = useToken();
      return error?.code ?? 'none';
    };
    const { place } = show(
      <LatchkeyProvider resource={api} scopes={read}>
        <Socket />
      </LatchkeyProvider>,
    );
    await exactly(place, 'policy_denied');
  });

  it('fetch waits for the connection, sends the token, and stays the same', async () => {
    fake(everything);
    const fetch = vi.spyOn(globalThis, 'fetch').mockImplementation(async (_, init) => {
      return Response.json(new Headers(init?.headers).get('authorization'));
    });
    cleanups.push(() => fetch.mockRestore());
    const functions = new Set<unknown>();
    const answers: string[] = [];
    const Data = () => {
      const latchkey = useLatchkey();
      functions.add(latchkey.fetch);
      if (answers.length === 0) {
        answers.push('asked');
        void latchkey
          .fetch(`${api}/orders`)
          .then((response) => response.json())
          .then((answer) => answers.push(answer));
      }
      return <State />;
    };
    const { place } = show(
      <LatchkeyProvider resource={api} scopes={read}>
        <Data />
      </LatchkeyProvider>,
    );
    await exactly(place, 'ready Ada');
    await expect.poll(() => answers[1]).toMatch(/^Bearer token-\d+-of-ada$/);
    expect(functions.size).toBe(1);
  });
});
