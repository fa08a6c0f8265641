import { type Theme, useData, useRoute } from 'vitepress';
import DefaultTheme from 'vitepress/theme';
import { nextTick, onMounted, watch } from 'vue';

/** VitePress's own theme, with diagrams: they are drawn in the browser, and only pages that have one load what draws them. */
export default {
  extends: DefaultTheme,
  setup() {
    const { isDark } = useData();
    const route = useRoute();
    onMounted(() => drawDiagrams(isDark.value));
    watch(
      () => route.path,
      () => nextTick(() => drawDiagrams(isDark.value)),
    );
  },
} satisfies Theme;

async function drawDiagrams(isDark: boolean): Promise<void> {
  const nodes = [...document.querySelectorAll<HTMLElement>('pre.mermaid:not([data-processed])')];
  if (nodes.length === 0) return;
  const { default: mermaid } = await import('mermaid');
  mermaid.initialize({ startOnLoad: false, theme: isDark ? 'dark' : 'default' });
  await mermaid.run({ nodes });
}
