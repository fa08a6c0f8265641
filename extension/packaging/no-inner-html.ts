import type { Plugin } from 'vite';

const setter = 'container.innerHTML = value.__html;';

/**
 * Removes `dangerouslySetInnerHTML` from `hono/jsx/dom`. The extension's pages don't use it. Store reviewers don't have
 * to check it, and no new code can start to use it.
 */
export const noInnerHtml = (): Plugin => ({
  name: 'latchkey:no-inner-html',
  transform(code, id) {
    if (!id.includes('/hono/dist/jsx/dom/render.js')) return undefined;
    if (!code.includes(setter)) throw new Error('hono/jsx/dom sets innerHTML in another way now: see no-inner-html.ts');
    return { code: code.replace(setter, 'throw new Error("no HTML from strings");'), map: null };
  },
});
