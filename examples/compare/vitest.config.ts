import { defineConfig } from 'vitest/config';
import { sources } from '../../packaging/sources.ts';

/** For `npm run compare`. The tests are not part of `npm test`, which does without the other products' libraries. */
export default defineConfig({
  oxc: { jsx: { runtime: 'automatic' } },
  resolve: { alias: sources },
  test: { root: import.meta.dirname, include: ['tests/*.tsx'], server: { deps: { inline: [/@okta\/okta-react/] } } },
});
