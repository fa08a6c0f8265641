// @vitest-environment happy-dom
import '@angular/compiler';
import { inject, PLATFORM_ID, signal } from '@angular/core';
import axe from 'axe-core';
import { describe, expect, it, vi } from 'vitest';
import { promptCases, stateCases } from '../frameworks/testing/cases.ts';
import { button, exactly, text, turns } from '../frameworks/testing/place.ts';
import { api, cleanups, endEachTest, everything, fake, grace, read } from '../frameworks/testing/stand.ts';
import { texts as en } from '../frameworks/texts/en.ts';
import { injectAccess, injectLatchkey, type Language, LatchkeyAccess, provideLatchkey } from './index.ts';
import { LatchkeyPrompt } from './parts.ts';
import { accessGuard } from './router.ts';
import { component, show, start } from './testing/apps.ts';
import { injectToken } from './token.ts';

endEachTest();

const State = component(
  '<output>{{ shown() }}</output>',
  [],
  class {
    readonly lk = injectLatchkey();
    shown = () => [this.lk.state(), this.lk.account()?.name, this.lk.error()?.code].filter(Boolean).join(' ');
  },
);
const Guarded = component('<ng-container *latchkeyAccess>orders</ng-container>', [LatchkeyAccess]);

describe('the state', () => {
  stateCases(async () => (await show(State)).place);

  it('is there outside of components, too', async () => {
    fake(everything);
    const { within } = await show(State);
    const { state, account } = within(injectLatchkey);
    await expect.poll(state).toBe('ready');
    expect(account()?.name).toBe('Ada');
  });
});

describe('apps', () => {
  it('leave no connection behind', async () => {
    const stand = fake(everything);
    const { place, unmount } = await show(State);
    await exactly(place, 'ready Ada');
    expect(stand.connections()).toEqual({ open: 1, closed: 0 });
    unmount();
    await expect.poll(stand.connections).toEqual({ open: 0, closed: 1 });
  });

  it('share the channel, until the last of them is destroyed', async () => {
    const stand = fake(everything);
    const first = await show(State);
    const other = await show(State, { scopes: ['orders:write'] });
    await exactly(first.place, 'ready Ada');
    await exactly(other.place, 'not_connected Ada');
    expect(stand.connections().open).toBe(1);
    first.unmount();
    await turns();
    stand.signOut();
    await exactly(other.place, 'signed_out');
    other.unmount();
    await expect.poll(() => stand.connections().open).toBe(0);
  });
});

describe('latchkeyAccess', () => {
  promptCases(async (more) => (await show(Guarded, more)).place);

  it('asks for more than the provider names, where its template needs more', async () => {
    const stand = fake(everything);
    const Form = component(`<p *latchkeyAccess="{ scopes: ['orders:write'] }">form</p>`, [LatchkeyAccess]);
    const { place } = await show(Form);
    await text(place, en.not_connected[1]);
    button(place).click();
    await exactly(place, 'form');
    expect(stand.requests.findLast(({ m }) => m === 'token.get')?.p).toMatchObject({ scopes: ['orders:write'] });
  });

  it('shows what the page wants instead, and one of the prompts where the page wants it', async () => {
    fake();
    const Instead = component(
      `<p *latchkeyAccess="{}; instead: { loading: wait, signed_out: mine }">orders</p>
       <ng-template #wait>…</ng-template>
       <ng-template #mine><div latchkeyPrompt="signed_out" class="mine"></div></ng-template>`,
      [LatchkeyAccess, LatchkeyPrompt],
    );
    const { place } = await show(Instead);
    expect(place.textContent?.trim()).toBe('…');
    await text(place, en.signed_out[1]);
    expect(place.querySelector('section')?.parentElement?.className).toBe('mine');
    expect(place.querySelectorAll('section')).toHaveLength(1);
  });

  it('creates its template anew for another account, and takes it away at a sign-out', async () => {
    const stand = fake(everything);
    const lives: string[] = [];
    class Draft {
      readonly draft = `secret of ${injectLatchkey().account()?.sub}`;
      constructor() {
        lives.push(`begin ${this.draft}`);
      }
      ngOnDestroy() {
        lives.push(`end ${this.draft}`);
      }
    }
    const Form = component('<input [value]="draft">', [], Draft, 'app-draft');
    const { place } = await show(component('<app-draft *latchkeyAccess />', [LatchkeyAccess, Form]));
    await expect.poll(() => place.querySelector('input')?.value).toBe('secret of ada');
    stand.signIn(grace);
    await expect.poll(() => place.querySelector('input')?.value).toBe('secret of grace');
    stand.signOut();
    await expect.poll(() => place.querySelector('input')).toBeNull();
    const [ada, after] = ['secret of ada', 'secret of grace'];
    expect(lives.toSorted()).toEqual([`begin ${ada}`, `begin ${after}`, `end ${ada}`, `end ${after}`]);
  });

  it('does not create it anew for what was read while it was created', async () => {
    fake(everything);
    const unrelated = signal(1);
    const seen: number[] = [];
    class Draft {
      readonly first = seen.push(unrelated());
      readonly now = unrelated;
    }
    const Form = component('{{ first }}/{{ now() }}', [], Draft, 'app-once');
    const { place } = await show(component('<app-once *latchkeyAccess />', [LatchkeyAccess, Form]));
    await exactly(place, '1/1');
    unrelated.set(2);
    await exactly(place, '1/2');
    expect(seen).toEqual([1]);
  });

  it('takes its prompt along where it goes itself', async () => {
    fake();
    const open = signal(true);
    const Page = component(
      '<h1>Orders</h1>@if (open()) {<p *latchkeyAccess>orders</p>}',
      [LatchkeyAccess],
      class {
        readonly open = open;
      },
    );
    const { place } = await show(Page);
    await text(place, en.signed_out[1]);
    open.set(false);
    await exactly(place, 'Orders');
  });
});

describe('latchkeyPrompt', () => {
  it('follows the state where it names none, and is empty when all is there', async () => {
    const stand = fake();
    const { place } = await show(component('<div latchkeyPrompt></div>', [LatchkeyPrompt]));
    await text(place, en.signed_out[1]);
    stand.signIn();
    await text(place, en.not_connected[1]);
    button(place).click();
    await exactly(place, '');
  });

  it('speaks the language of the page or of the provider, in its direction, and follows a change', async () => {
    fake();
    const Prompt = component('<div latchkeyPrompt="signed_out"></div>', [LatchkeyPrompt]);
    const language = signal<Language>('ar');
    const { place } = await show(Prompt, { language });
    await expect.poll(() => place.querySelector('section')?.lang).toBe('ar');
    expect(place.querySelector('section')?.dir).toBe('rtl');
    const before = button(place);
    language.set('ja');
    await text(place, 'サインイン');
    expect(place.querySelector('section')?.dir).toBe('ltr');
    expect(button(place)).toBe(before);
    document.documentElement.lang = 'de-CH';
    cleanups.push(() => document.documentElement.removeAttribute('lang'));
    await text((await show(Prompt)).place, 'Anmelden');
    await text((await show(Prompt, { language: 'es' })).place, 'Iniciar sesión');
  });

  it('is without a fault that axe finds', async () => {
    document.title = 'Orders';
    document.documentElement.lang = 'en';
    cleanups.push(() => document.documentElement.removeAttribute('lang'));
    fake();
    const { place } = await show(component('<h1>Orders</h1><div latchkeyPrompt></div>', [LatchkeyPrompt]));
    await text(place, en.signed_out[1]);
    const { violations } = await axe.run(place, { rules: { 'color-contrast': { enabled: false } } });
    expect(violations.map(({ id }) => id)).toEqual([]);
    expect(button(place).getAttribute('aria-disabled')).toBe('false');
  });
});

describe('the functions', () => {
  it('injectAccess knows what is granted, asks for more, and follows what is wanted', async () => {
    const stand = fake(everything);
    const wanted = signal({ scopes: ['orders:write'] });
    const Form = component(
      '<button (click)="changes.request()">{{ changes.granted() }}</button>',
      [],
      class {
        readonly changes = injectAccess(wanted);
      },
    );
    const { place } = await show(Form);
    await expect.poll(() => stand.requests.some(({ m }) => m === 'access.list')).toBe(true);
    await exactly(place, 'false');
    wanted.set({ scopes: read });
    await exactly(place, 'true');
    wanted.set({ scopes: ['orders:write'] });
    await exactly(place, 'false');
    button(place).click();
    await exactly(place, 'true');
  });

  it('injectToken renews a token before it expires, and drops that of another account', async () => {
    const stand = fake({ ...everything, lifetimeSeconds: 2 });
    const seen: [string | undefined, string | undefined][] = [];
    const Socket = component(
      '{{ shown() }}',
      [],
      class {
        readonly held = injectToken({ minTtl: 1 });
        readonly account = injectLatchkey().account;
        shown() {
          const token = this.held.token()?.token;
          seen.push([this.account()?.sub, token?.split('-of-')[1]]);
          return token ?? 'none';
        }
      },
    );
    const { place } = await show(Socket);
    await text(place, 'of-ada');
    const first = place.textContent;
    await expect.poll(() => place.textContent).not.toBe(first);
    await text(place, 'of-ada');
    stand.signIn(grace);
    await text(place, 'of-grace');
    // A token is never seen beside another account's name.
    const owners = seen.filter(([, owner]) => owner !== undefined);
    expect(owners.filter(([account, owner]) => account !== owner)).toEqual([]);
    expect(new Set(owners.map(([owner]) => owner))).toEqual(new Set(['ada', 'grace']));
  });

  it('injectToken says why there is none, and follows its options', async () => {
    const stand = fake(everything);
    const minTtl = signal(1);
    const Socket = component(
      '{{ held.error()?.code ?? held.token()?.token ?? "none" }}',
      [],
      class {
        readonly held = injectToken(() => ({ minTtl: minTtl() }));
      },
    );
    stand.fail('token.get', 'policy_denied');
    const { place } = await show(Socket);
    await exactly(place, 'policy_denied');
    stand.recover();
    minTtl.set(2);
    await text(place, 'of-ada');
  });

  it('fetch waits for the connection, and sends the token', async () => {
    fake(everything);
    const fetch = vi.spyOn(globalThis, 'fetch').mockImplementation(async (_, init) => {
      return Response.json(new Headers(init?.headers).get('authorization'));
    });
    cleanups.push(() => fetch.mockRestore());
    const { within } = await show(State);
    const answer = await within(injectLatchkey).fetch(`${api}/orders`);
    expect(await answer.json()).toMatch(/^Bearer token-\d+-of-ada$/);
  });
});

it('connects nothing on a server that has a document', async () => {
  const stand = fake(everything);
  const Page = component(
    '<output>{{ lk.state() }}</output><div latchkeyPrompt="signed_out"></div>',
    [LatchkeyPrompt],
    class {
      readonly lk = injectLatchkey();
    },
  );
  const { place, within } = await show(Page, {}, [{ provide: PLATFORM_ID, useValue: 'server' }]);
  const guard = accessGuard(() => false) as () => Promise<unknown>;
  expect(await within(guard)).toBe(true);
  await turns();
  expect(place.textContent).toBe('loading');
  expect(stand.connections()).toEqual({ open: 0, closed: 0 });
  expect(stand.requests).toEqual([]);
});

it('says what to do without the provider', async () => {
  const { within } = await start(component('x'), []);
  expect(() => within(injectLatchkey)).toThrow('No provider found for `InjectionToken provideLatchkey`');
});

it('connects a part of an app with a provider of its own', async () => {
  const stand = fake(everything);
  const { createEnvironmentInjector, EnvironmentInjector, runInInjectionContext } = await import('@angular/core');
  const { within } = await show(State);
  const part = createEnvironmentInjector(
    [provideLatchkey({ resource: api, scopes: ['orders:write'] })],
    within(() => inject(EnvironmentInjector)),
  );
  const { state, connect } = runInInjectionContext(part, injectLatchkey);
  await expect.poll(state).toBe('not_connected');
  await connect();
  await expect.poll(state).toBe('ready');
  expect(stand.connections().open).toBe(1);
  part.destroy();
});
