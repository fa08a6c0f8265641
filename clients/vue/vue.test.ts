// @vitest-environment happy-dom

import axe from 'axe-core';
import { describe, expect, it, vi } from 'vitest';
import {
  type App,
  type Component,
  createApp,
  createSSRApp,
  defineComponent,
  h,
  nextTick,
  onMounted,
  onUnmounted,
  ref,
  Suspense,
  shallowRef,
  watch,
} from 'vue';
import { createMemoryHistory, createRouter, RouterView } from 'vue-router';
import { promptCases, stateCases } from '../frameworks/testing/cases.ts';
import { button, exactly, text, turns } from '../frameworks/testing/place.ts';
import { api, cleanups, endEachTest, everything, fake, grace, read } from '../frameworks/testing/stand.ts';
import { texts as en } from '../frameworks/texts/en.ts';
import {
  type Language,
  type LatchkeyOptions,
  latchkey,
  RequireAccess,
  SignInPrompt,
  useAccess,
  useLatchkey,
} from './index.ts';
import { accessGuard } from './router.ts';
import { createServerApp, serverHtml } from './testing/server-app.ts';
import { useToken } from './token.ts';

const options: LatchkeyOptions = { resource: api, scopes: read };

endEachTest();

function mount(app: App, html = ''): { place: HTMLElement; unmount: () => void } {
  const place = document.body.appendChild(document.createElement('div'));
  place.innerHTML = html;
  app.mount(place);
  let mounted = true;
  const unmount = () => {
    if (mounted) app.unmount();
    mounted = false;
  };
  cleanups.push(() => {
    unmount();
    place.remove();
  });
  return { place, unmount };
}

/** An app with the plugin and this content. */
const show = (content: Component | (() => unknown), more?: Partial<LatchkeyOptions>) =>
  mount(createApp(content as Component).use(latchkey({ ...options, ...more })));

const State = defineComponent(() => {
  const { state, account, error } = useLatchkey();
  return () => h('output', [state.value, account.value?.name, error.value?.code].filter(Boolean).join(' '));
});
const guarded = (what: () => string = () => 'orders', wanted = {}) => h(RequireAccess, wanted, { default: what });

describe('the state', () => {
  stateCases(() => show(State).place);

  it('is there outside of components, too', async () => {
    fake(everything);
    const lk = latchkey(options);
    const seen: string[] = [];
    cleanups.push(watch(lk.state, (state) => seen.push(state)));
    mount(createApp(State).use(lk));
    await expect.poll(() => seen).toEqual(['ready']);
    expect(lk.account.value?.name).toBe('Ada');
  });
});

describe('apps', () => {
  it('leave no connection behind', async () => {
    const stand = fake(everything);
    const { place, unmount } = show(State);
    await exactly(place, 'ready Ada');
    expect(stand.connections()).toEqual({ open: 1, closed: 0 });
    unmount();
    await expect.poll(stand.connections).toEqual({ open: 0, closed: 1 });
  });

  it('share the channel, and a plugin until the last of them is unmounted', async () => {
    const stand = fake(everything);
    const lk = latchkey(options);
    const first = mount(createApp(State).use(lk));
    const second = mount(createApp(State).use(lk));
    const other = show(State, { scopes: ['orders:write'] });
    for (const { place } of [first, second]) await exactly(place, 'ready Ada');
    await exactly(other.place, 'not_connected Ada');
    expect(stand.connections().open).toBe(1);
    first.unmount();
    other.unmount();
    await turns();
    stand.signOut();
    await exactly(second.place, 'signed_out');
    second.unmount();
    await expect.poll(() => stand.connections().open).toBe(0);
  });
});

describe('HTML of a server', () => {
  it('is taken over without a complaint, even if the state is known by then', async () => {
    fake(everything);
    const early = latchkey(options);
    const { place: first } = mount(createApp(State).use(early));
    await exactly(first, 'ready Ada');
    const { place } = mount(createServerApp(), serverHtml);
    await exactly(place, 'ready Ada token-1-of-adaorders');
  });

  it('is taken over by components that come later, when the state is known', async () => {
    fake(everything);
    const resolved = Promise.withResolvers<void>();
    const Late = defineComponent(async () => {
      const { state } = useLatchkey();
      await resolved.promise;
      return () => h('p', state.value);
    });
    const late = createSSRApp(() => [h(State), h(Suspense, null, { default: () => h(Late) })]).use(latchkey(options));
    const { place } = mount(late, '<!--[--><output>loading</output><p>loading</p><!--]-->');
    await expect.poll(() => place.querySelector('output')?.textContent).toBe('ready Ada');
    resolved.resolve();
    await expect.poll(() => place.querySelector('p')?.textContent).toBe('ready');
  });
});

describe('RequireAccess', () => {
  promptCases((more) => show(() => guarded(), more).place);

  it('has a button that can be pressed again after a fault', async () => {
    fake();
    const app = createApp(() => guarded()).use(latchkey(options));
    const faults: unknown[] = [];
    app.config.errorHandler = (error) => faults.push(error);
    const { place } = mount(app);
    await text(place, en.signed_out[1]);
    const { randomUUID } = crypto;
    const fault = new Error('no more numbers');
    crypto.randomUUID = () => {
      throw fault;
    };
    cleanups.push(() => {
      crypto.randomUUID = randomUUID;
    });
    button(place).click();
    await expect.poll(() => faults).toEqual([fault]);
    await expect.poll(() => button(place).getAttribute('aria-disabled')).toBe('false');
    crypto.randomUUID = randomUUID;
    button(place).click();
    await text(place, en.not_connected[1]);
  });

  it('asks for more than the plugin names, where its slot needs more', async () => {
    const stand = fake(everything);
    const { place } = show(() => guarded(() => 'form', { scopes: ['orders:write'] }));
    await text(place, en.not_connected[1]);
    button(place).click();
    await exactly(place, 'form');
    expect(stand.requests.findLast(({ m }) => m === 'token.get')?.p).toMatchObject({ scopes: ['orders:write'] });
  });

  it('shows what the page wants instead, and one of the prompts where the page wants it', async () => {
    fake();
    const instead = { default: () => 'orders', signed_out: () => [h(SignInPrompt, { class: 'mine' })] };
    const { place } = show(() => h(RequireAccess, null, instead));
    await text(place, en.signed_out[1]);
    expect(place.querySelector('section')?.className).toBe('mine');
  });

  it('starts its slot anew for another account, and takes it away at a sign-out', async () => {
    const stand = fake(everything);
    const lives: string[] = [];
    const Draft = defineComponent(() => {
      const { account } = useLatchkey();
      const draft = `secret of ${account.value?.sub}`;
      onMounted(() => lives.push(`begin ${draft}`));
      onUnmounted(() => lives.push(`end ${draft}`));
      return () => h('input', { value: draft });
    });
    const { place } = show(() => h(RequireAccess, null, { default: () => [h(Draft)] }));
    await expect.poll(() => place.querySelector('input')?.value).toBe('secret of ada');
    stand.signIn(grace);
    await expect.poll(() => place.querySelector('input')?.value).toBe('secret of grace');
    stand.signOut();
    await expect.poll(() => place.querySelector('input')).toBeNull();
    const [ada, after] = ['secret of ada', 'secret of grace'];
    expect(lives.toSorted()).toEqual([`begin ${ada}`, `begin ${after}`, `end ${ada}`, `end ${after}`]);
  });

  it('speaks the language of the page or of the plugin, in its direction, and follows a change', async () => {
    fake();
    const language = ref<Language>('ar');
    const { place } = show(() => guarded(), { language });
    await expect.poll(() => place.querySelector('section')?.outerHTML).toContain('lang="ar" dir="rtl"');
    language.value = 'ja';
    await text(place, 'サインイン');
    document.documentElement.lang = 'de-CH';
    cleanups.push(() => document.documentElement.removeAttribute('lang'));
    await text(show(() => guarded()).place, 'Anmelden');
  });

  it('keeps no Suspense waiting for a prompt', async () => {
    fake();
    const { place } = show(() =>
      h(Suspense, null, { default: () => h('main', [h('h1', 'Orders'), guarded()]), fallback: () => 'wait' }),
    );
    expect(place.textContent).toBe('Orders');
    await text(place, en.signed_out[1]);
  });

  it('has prompts without a fault that axe finds', async () => {
    document.title = 'Orders';
    document.documentElement.lang = 'en';
    cleanups.push(() => document.documentElement.removeAttribute('lang'));
    fake();
    const { place } = show(() => [h('h1', 'Orders'), guarded()]);
    await text(place, en.signed_out[1]);
    const { violations } = await axe.run(place, { rules: { 'color-contrast': { enabled: false } } });
    expect(violations.map(({ id }) => id)).toEqual([]);
    expect(button(place).getAttribute('aria-disabled')).toBe('false');
  });
});

describe('the composables', () => {
  it('useAccess knows what is granted, asks for more, and follows what is wanted', async () => {
    const stand = fake(everything);
    const wanted = shallowRef({ scopes: ['orders:write'] });
    const Form = defineComponent(() => {
      const { granted, request } = useAccess(wanted);
      return () => h('button', { onClick: request }, String(granted.value));
    });
    const { place } = show(Form);
    await expect.poll(() => stand.requests.some(({ m }) => m === 'access.list')).toBe(true);
    await exactly(place, 'false');
    wanted.value = { scopes: read };
    await exactly(place, 'true');
    wanted.value = { scopes: ['orders:write'] };
    await exactly(place, 'false');
    button(place).click();
    await exactly(place, 'true');
  });

  it('useToken renews a token before it expires, and drops that of another account', async () => {
    const stand = fake({ ...everything, lifetimeSeconds: 2 });
    const tokens: (string | undefined)[] = [];
    const Socket = defineComponent(() => {
      const { token } = useToken({ minTtl: 1 });
      watch(token, (now) => tokens.push(now?.token), { immediate: true, flush: 'sync' });
      return () => token.value?.token ?? 'none';
    });
    const { place } = show(Socket);
    await text(place, 'of-ada');
    const first = place.textContent;
    await expect.poll(() => place.textContent).not.toBe(first);
    await text(place, 'of-ada');
    stand.signIn(grace);
    await text(place, 'of-grace');
    // Nothing of Ada's after Grace's began.
    const begin = tokens.findIndex((token) => token?.endsWith('grace'));
    expect(tokens[begin - 1]).toBeUndefined();
    expect(tokens.slice(begin).every((token) => !token?.endsWith('ada'))).toBe(true);
  });

  it('useToken says why there is none, and follows its options', async () => {
    const stand = fake(everything);
    const minTtl = ref(1);
    const Socket = defineComponent(() => {
      const { token, error } = useToken(() => ({ minTtl: minTtl.value }));
      return () => error.value?.code ?? token.value?.token ?? 'none';
    });
    stand.fail('token.get', 'policy_denied');
    const { place } = show(Socket);
    await exactly(place, 'policy_denied');
    stand.recover();
    minTtl.value = 2;
    await text(place, 'of-ada');
  });

  it('fetch waits for the connection, and sends the token', async () => {
    fake(everything);
    const fetch = vi.spyOn(globalThis, 'fetch').mockImplementation(async (_, init) => {
      return Response.json(new Headers(init?.headers).get('authorization'));
    });
    cleanups.push(() => fetch.mockRestore());
    const Data = defineComponent(() => {
      const latch = useLatchkey();
      const answer = ref('');
      void latch.fetch(`${api}/orders`).then(async (response) => {
        answer.value = await response.json();
      });
      return () => answer.value;
    });
    await text(show(Data).place, 'Bearer token-1-of-ada');
  });
});

describe('the guard', () => {
  const routes = [
    { path: '/', component: { render: () => 'home' }, meta: { public: true } },
    { path: '/orders', component: { render: () => 'orders' } },
    { path: '/welcome', component: { render: () => 'welcome' }, meta: { public: true } },
  ];

  async function routed() {
    const lk = latchkey(options);
    const router = createRouter({ history: createMemoryHistory(), routes });
    const states: string[] = [];
    router.beforeEach(
      accessGuard((to, state) => {
        states.push(state);
        return to.meta.public === true || { path: '/welcome', query: { next: to.fullPath } };
      }),
    );
    const { place } = mount(
      createApp({ render: () => h(RouterView) })
        .use(lk)
        .use(router),
    );
    return { router, place, states };
  }

  it('waits until the state is known, and lets pass who has the access', async () => {
    fake(everything);
    const { router, place, states } = await routed();
    await router.push('/orders');
    expect(router.currentRoute.value.path).toBe('/orders');
    await exactly(place, 'orders');
    expect(states).toEqual([]);
  });

  it('sends others elsewhere, with the state that they are in, until they have it', async () => {
    const stand = fake();
    const { router, states } = await routed();
    await router.push('/orders');
    expect(router.currentRoute.value.fullPath).toBe('/welcome?next=/orders');
    expect(new Set(states)).toEqual(new Set(['signed_out']));
    stand.signIn();
    stand.grant(api, read);
    await expect
      .poll(async () => {
        await router.push('/orders');
        return router.currentRoute.value.path;
      })
      .toBe('/orders');
  });

  it('can ask for more than the plugin names', async () => {
    fake(everything);
    const app = createApp(State).use(latchkey(options));
    const { place } = mount(app);
    await exactly(place, 'ready Ada');
    const guard = accessGuard((to: string, state) => `${state} ${to}`, { scopes: ['orders:write'] });
    expect(await app.runWithContext(() => guard('/form'))).toBe('not_connected /form');
    expect(await app.runWithContext(() => accessGuard(() => false)('/'))).toBe(true);
  });

  it('connects by itself before the app is mounted, and leaves no connection behind', async () => {
    const stand = fake(everything);
    const app = createApp(State);
    const guard = accessGuard(() => false);
    await expect(app.runWithContext(() => guard('/'))).rejects.toThrow('app.use(latchkey(');
    const { unmount } = mount(app.use(latchkey(options)));
    expect(await app.runWithContext(() => guard('/'))).toBe(true);
    unmount();
    await expect.poll(() => stand.connections().open).toBe(0);
  });
});

it('says what to do without the plugin', async () => {
  const app = createApp(State);
  const faults: unknown[] = [];
  app.config.errorHandler = (error) => faults.push(error);
  app.config.warnHandler = () => undefined;
  mount(app);
  await nextTick();
  expect(String(faults[0])).toContain('app.use(latchkey(');
  expect(() => useLatchkey()).toThrow('app.use(latchkey(');
});
