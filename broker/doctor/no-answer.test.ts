import { expect, it } from 'vitest';
import { explainNoAnswer } from './no-answer.ts';

const failed = (code: string) =>
  explainNoAnswer(
    new TypeError('fetch failed', { cause: Object.assign(new Error(`getaddrinfo ${code}`), { code }) }),
    new URL('https://idp.example.com/x'),
  );

it('tells a name without an address from a lookup that failed', () => {
  expect(failed('ENOTFOUND')).toMatchObject({
    what: 'DNS has no address for idp.example.com (ENOTFOUND)',
    cure: expect.stringContaining('Check the spelling of idp.example.com'),
  });
  expect(failed('EAI_AGAIN')).toMatchObject({
    what: 'the DNS lookup of idp.example.com failed (EAI_AGAIN)',
    cure: expect.stringMatching(/^Check that this machine can reach its DNS server\./),
  });
});
