import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';

const main = join(import.meta.dirname, '../../examples/react/src/main.tsx');

/** What a React app has without Latchkey, too. */
const ofEveryApp = /^import .* from '(?:react|react-dom\/client|\.\/[^']+)';$|^createRoot\(|^<\/?StrictMode>,?$|^\);$/;

it('the React quickstart takes 12 lines for provider, guard, button and data', () => {
  const lines = readFileSync(main, 'utf8')
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '' && !ofEveryApp.test(line));
  expect(lines).toHaveLength(12);
});
