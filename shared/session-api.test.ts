import { expect, it } from 'vitest';
import { clientHeaderValue } from './session-api.ts';

it.each(['extension/1', 'extension/0.1.0', 'extension/0.1.0.12'])('takes a version as browsers have it: %s', (value) =>
  expect(value).toMatch(clientHeaderValue),
);

it.each(['extension/', 'extension/1.2.3.4.5', 'extension/1.x', 'extension/1.2.3 ', 'page/1.2.3'])(
  'refuses %s',
  (value) => expect(value).not.toMatch(clientHeaderValue),
);
