// @vitest-environment node
import { expect, it } from 'vitest';
import { createSSRApp, h } from 'vue';
import { renderToString } from 'vue/server-renderer';
import { createMemoryHistory, createRouter, RouterView } from 'vue-router';
import { latchkey, SignInPrompt, useLatchkey } from './index.ts';
import { accessGuard } from './router.ts';
import { api, createServerApp, serverHtml } from './testing/server-app.ts';

const options = { resource: api, scopes: ['orders:read'] };

it('renders the state loading, without a document', async () => {
  expect(typeof document).toBe('undefined');
  expect(await renderToString(createServerApp())).toBe(serverHtml);
});

it('renders nothing of a prompt, whose language it does not know', async () => {
  const app = createSSRApp({ render: () => h('main', [h(SignInPrompt)]) }).use(latchkey(options));
  expect(await renderToString(app)).toBe('<main><!----></main>');
});

it('lets everyone pass the guard, whom it knows nothing of', async () => {
  const lk = latchkey(options);
  const router = createRouter({
    history: createMemoryHistory(),
    routes: [{ path: '/orders', component: { render: () => 'orders' } }],
  });
  router.beforeEach(accessGuard(() => false));
  const app = createSSRApp({ render: () => h(RouterView) })
    .use(router)
    .use(lk);
  await router.push('/orders');
  expect(await renderToString(app)).toContain('orders');
});

it('says that there is no extension, if something is fetched', async () => {
  const fetched = latchkey(options).fetch(`${api}/orders`);
  await expect(fetched).rejects.toMatchObject({ code: 'unsupported' });
});

it('says what to do without the plugin', async () => {
  const app = createSSRApp({
    setup: () => {
      useLatchkey();
      return () => null;
    },
  });
  app.config.warnHandler = () => undefined;
  await expect(renderToString(app)).rejects.toThrow('app.use(latchkey(');
});
