import { cpSync, mkdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { slug } from 'github-slugger';
import { defineConfig } from 'vitepress';
import llmstxt from 'vitepress-plugin-llms';
import { linkOnTheSite } from '../links.ts';
import { sidebarOf } from '../sidebar.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const outDir = join(root, 'dist/site');
const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { version: string };
const base = process.env.SITE_BASE ?? '/';

/** Files of the repository that pages link to, such as `deploy/compose.yaml`. */
const linkedFiles = new Set<string>();

export default defineConfig({
  title: 'Latchkey',
  description: 'Sign in once in the browser: every approved tab and device has a short-lived token.',
  lang: 'en-US',
  base,
  srcDir: 'pages',
  outDir,
  cleanUrls: true,
  markdown: {
    anchor: { slugify: slug },
    config(md) {
      // No page is a template of Vue's.
      for (const name of ['text', 'code_inline']) {
        const render = md.renderer.rules[name];
        if (!render) throw new Error(`markdown-it has no rule ${name}`);
        md.renderer.rules[name] = (...args) => render(...args).replaceAll('{{', '&#123;&#123;');
      }
      const { fence } = md.renderer.rules;
      if (!fence) throw new Error('markdown-it has no rule fence');
      md.renderer.rules.fence = (tokens, index, ...rest) => {
        const { info, content } = tokens[index] ?? { info: '', content: '' };
        if (info !== 'mermaid') return fence(tokens, index, ...rest);
        return `<pre class="mermaid" v-pre>${md.utils.escapeHtml(content)}</pre>`;
      };
      md.core.ruler.push('links_of_the_repository', ({ tokens, env }) => {
        for (const token of tokens.flatMap((each) => [each, ...(each.children ?? [])])) {
          // Vite takes a path without a dot for the name of a package.
          if (token.type.startsWith('html_')) token.content = token.content.replaceAll(/src="(?=\w+\/)/g, 'src="./');
          const href = token.type === 'link_open' ? token.attrGet('href') : null;
          if (!href) continue;
          const { to, file } = linkOnTheSite(href, env.relativePath);
          token.attrSet('href', file ? base + to : to);
          if (!file) continue;
          linkedFiles.add(file);
          // VitePress takes every other link for one to a page.
          token.attrSet('target', '_blank');
        }
      });
    },
  },
  themeConfig: {
    search: { provider: 'local' },
    outline: [2, 3],
    nav: [
      { text: 'Start in five minutes', link: '/docs/develop' },
      { text: 'Documentation', link: '/docs/' },
      { text: 'API reference', link: '/reference/' },
      {
        text: version,
        items: [
          { text: 'Changelog', link: '/CHANGELOG' },
          { text: 'Releases and upgrades', link: '/docs/releases' },
        ],
      },
    ],
    sidebar: sidebarOf(readFileSync(join(root, 'docs/README.md'), 'utf8')),
  },
  vite: { plugins: [llmstxt({ ignoreFiles: ['reference/**'] })] },
  buildEnd() {
    for (const file of linkedFiles) {
      const copy = join(outDir, 'files', file);
      mkdirSync(dirname(copy), { recursive: true });
      cpSync(join(root, file), copy, { recursive: true });
    }
  },
});
