import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';

const examples = join(import.meta.dirname, '../../examples');

/** What an app has without Latchkey, too. */
const ofEveryReactApp =
  /^import .* from '(?:react|react-dom\/client|\.\/[^']+)';$|^createRoot\(|^<\/?StrictMode>,?$|^\);$/;
const ofEveryAngularApp =
  /^import .* from '(?:@angular\/[^']+|\.\/[^']+)';$|^@Component\(|^selector: |^imports: \[OrderList\]|^class App |^bootstrapApplication\(|^[\]})]*[;,]?$|^providers: \[$/;

const linesOf = (file: string, ofEveryApp: RegExp): string[] =>
  readFileSync(join(examples, file), 'utf8')
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '' && !ofEveryApp.test(line));

it('the React quickstart takes 12 lines for provider, guard, button and data', () => {
  expect(linesOf('react/src/main.tsx', ofEveryReactApp)).toHaveLength(12);
});

it('the Angular quickstart takes 10 lines for provider, interceptor, guard, button and data', () => {
  expect(linesOf('angular/src/main.ts', ofEveryAngularApp)).toHaveLength(10);
});
