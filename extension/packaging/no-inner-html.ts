import type { Plugin } from 'vite';

const setter = 'container.innerHTML = value.__html;';

/**
 * Takes `dangerouslySetInnerHTML` out of `hono/jsx/dom`: our pages don't use it, a reviewer of the stores
 * needn't wonder about it, and nobody can begin to.
 */
export const noInnerHtml = (): Plugin => ({
  name: 'latchkey:no-inner-html',
  transform(code, id) {
    if (!id.includes('/hono/dist/jsx/dom/render.js')) return undefined;
    if (!code.includes(setter)) throw new Error('hono/jsx/dom sets innerHTML in another way now: see no-inner-html.ts');
    return { code: code.replace(setter, 'throw new Error("no HTML from strings");'), map: null };
  },
});
