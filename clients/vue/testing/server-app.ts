import { createSSRApp, defineComponent, h } from 'vue';
import { latchkey, RequireAccess, useAccess, useLatchkey } from '../index.ts';
import { useToken } from '../token.ts';

export const api = 'https://api.example.com';

/** An app that uses every composable and the guard, and waits for nothing. */
const Root = defineComponent(() => {
  const { state, account } = useLatchkey();
  const { granted } = useAccess({ scopes: ['orders:write'] });
  const { token } = useToken();
  return () => [
    h('output', [state.value, account.value?.name, granted.value, token.value?.token].filter(Boolean).join(' ')),
    h(RequireAccess, null, { default: () => ['orders'], loading: () => [h('p', '…')] }),
  ];
});

export const createServerApp = () => createSSRApp(Root).use(latchkey({ resource: api, scopes: ['orders:read'] }));

/** What a server makes of it. */
export const serverHtml = '<!--[--><output>loading</output><!--[--><p>…</p><!--]--><!--]-->';
