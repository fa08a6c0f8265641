import { describe, expect, it } from 'vitest';
import { classify } from './classify-failure.ts';

const date = 'Sun, 22 Nov 2026 09:00:00 GMT';
const at = Date.parse(date) / 1_000;
const waitOf = (headers: Record<string, string>, status = 429) => {
  const answer = { status, headers: new Headers(headers), body: undefined };
  const failure = classify(new Error('refused'), { sent: true, answer, secrets: [] });
  return failure.kind === 'transient' ? failure.retryAfterMs : failure.kind;
};

describe('how long a provider wants to be left alone', () => {
  it.each<[string, Record<string, string>, number | undefined]>([
    ['Retry-After', { 'Retry-After': '7' }, 7_000],
    ['Retry-After before anything else', { 'Retry-After': '7', date, 'X-Rate-Limit-Reset': String(at + 60) }, 7_000],
    ["Okta's reset, by the clock of its own answer", { date, 'X-Rate-Limit-Reset': String(at + 45) }, 45_000],
    ["Auth0's reset", { date, 'X-RateLimit-Reset': String(at + 45) }, 45_000],
    ['a reset that has passed on the way', { date, 'X-Rate-Limit-Reset': String(at - 3) }, 1_000],
    ['a reset far away: ten minutes', { date, 'X-Rate-Limit-Reset': String(at + 86_400) }, 600_000],
    ['a reset without a Date', { 'X-Rate-Limit-Reset': String(at + 45) }, undefined],
    ['nonsense', { date, 'X-Rate-Limit-Reset': 'soon' }, undefined],
    ['a date in Retry-After', { 'Retry-After': date }, undefined],
    ['nothing', {}, undefined],
  ])('%s', (_, headers, ms) => {
    expect(waitOf(headers)).toBe(ms);
  });
});
