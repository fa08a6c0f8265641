import { browserName } from '@latchkey/shared/browser-name.ts';
import { parseAuthorization } from '@latchkey/shared/resource-server/authorization.ts';
import { parseScope } from '@latchkey/shared/scope.ts';
import { hasDuplicateMembers } from '@latchkey/shared/strict-json.ts';
import { describe, expect, it } from 'vitest';
import { originalRequest } from '../../broker/gateway/original.ts';
import { parseRules } from '../../broker/gateway/rules.ts';
import { parseBasicCredentials } from '../../broker/oauth/client-authentication/basic-credentials.ts';
import { parseRefreshToken } from '../../broker/oauth/refresh-token-format.ts';
import { normalizeUserCode } from '../../broker/oauth/user-code.ts';
import { parseSessionSecret } from '../../broker/session/session-secret.ts';
import { plainText } from '../../clients/device/plain-text.ts';
import { retryAfterOf } from '../../clients/device/retry-after.ts';
import { reportOf } from '../../extension/ui/diagnostics/report.ts';

/**
 * What strangers send is read in linear time: double the input takes at most two and a half times as long.
 *
 * This is the one test that measures time. Quadratic reading takes four times as long, so the margin is wide; the best of
 * many runs counts, and what takes less than a millisecond passes. It reads the clock, because some kernels count the
 * processor's time in steps of 4 ms, longer than most of these runs.
 */

const parsers: Record<string, (text: string) => unknown> = {
  'an Authorization header': parseAuthorization,
  'Basic credentials': parseBasicCredentials,
  'a scope': parseScope,
  'a User-Agent': browserName,
  'JSON with duplicate members': hasDuplicateMembers,
  'a user code': normalizeUserCode,
  'the rules of a route': (text) => parseRules(new URLSearchParams(text)),
  "a gateway's original request": (text) => originalRequest({ method: text, proto: text, host: text, uri: text }),
  'a session cookie': parseSessionSecret,
  'a refresh token': parseRefreshToken,
  'a Retry-After': (text) => retryAfterOf(new Headers({ 'Retry-After': text, Date: text })),
  'text for a terminal': (text) => plainText(text),
  'a report for support': (text) =>
    reportOf([{ id: 'problem', verdict: 'ok', fact: text, words: text }], {
      at: 0,
      sites: [],
      withSites: false,
      broker: '',
      account: undefined,
    }),
};

/** Each is a prefix, what repeats, and an end that keeps the whole from matching. */
const hostile: readonly [prefix: string, repeated: string, end: string][] = [
  ['Bearer x', ' ', 'y'],
  ['Bearer ', 'x', '!'],
  ['Bearer x', '=', 'y'],
  ['DPoP', '\t ', 'x'],
  ['Basic ', '=', '!'],
  ['Basic ', 'QUFB', ''],
  ['', 'a ', ''],
  ['', 'Version/1', ''],
  ['Version/', '1', '\n'],
  ['', '":\\"', '{'],
  ['', '"\\', ''],
  ['{', '"a":1,', '"b":1}'],
  ['', '?user_code=', ''],
  ['', 'a@', ' '],
  ['', '@', ''],
  ['', 'https://', ' '],
  ['', '-', '.'],
  ['', '.%2e/', ''],
  ['', '\u0000', ''],
  ['scope=', '+', ''],
  ['', 'scope=a&', ''],
];

/** Milliseconds, the best of several runs. A parser may throw: it has read the text then. */
function timeOf(parse: (text: string) => unknown, text: string): number {
  let best = Number.POSITIVE_INFINITY;
  for (let run = 0; run < 7; run++) {
    const before = performance.now();
    try {
      parse(text);
    } catch {}
    best = Math.min(best, performance.now() - before);
  }
  return best;
}

function growth(parse: (text: string) => unknown, [prefix, repeated, end]: (typeof hostile)[number]): number {
  const size = Math.ceil(32_000 / repeated.length);
  const text = prefix + repeated.repeat(size) + end;
  const twiceTheText = prefix + repeated.repeat(2 * size) + end;
  let once = Number.POSITIVE_INFINITY;
  let twice = Number.POSITIVE_INFINITY;
  for (let round = 0; round < 10; round++) {
    // The longer text first: while the parser is not compiled yet, the ratio looks worse, never better.
    twice = Math.min(twice, timeOf(parse, twiceTheText));
    once = Math.min(once, timeOf(parse, text));
    if (twice < 1 || twice <= 2.5 * once) return 1;
  }
  return twice / once;
}

describe.each(Object.entries(parsers))('%s', (_name, parse) => {
  it.each(hostile)('is read in linear time: %j %j %j', (...text) => {
    expect(growth(parse, text)).toBeLessThanOrEqual(2.5);
  });
});

it('notices an expression that backtracks', () => {
  // A part of the text: backtracking over all of it would take seconds.
  const backtracks = (text: string) => /\s+$/.test(`${text.slice(0, text.length / 16)}y`);
  expect(growth(backtracks, ['', ' ', ''])).toBeGreaterThan(2.5);
});
