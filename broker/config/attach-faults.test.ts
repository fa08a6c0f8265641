import { describe, expect, it } from 'vitest';
import { attachFaults } from './attach-faults.ts';

const origin = 'https://legacy.example.com';
const api = 'https://api.example.com';
const good = {
  consent: 'granted',
  others: [origin, `${origin}/api`, 'https://old.example.com', 'https://example.com'],
  resources: [
    [api, {}],
    ['https://reports.example.com', { lifetime: '2m', urls: ['https://api.example.net/v1'] }],
  ],
} satisfies Parameters<typeof attachFaults>[1];

describe('a site with attach_tokens', () => {
  it('is fine if its pages never have to ask', () => {
    expect(attachFaults(origin, good)).toEqual([]);
    expect(attachFaults(origin, { ...good, acr_values: [] })).toEqual([]);
  });

  it.each([
    ['asks people', { consent: 'ask' }, 'needs consent: granted'],
    ['says nothing of consent', { consent: undefined }, 'needs consent: granted'],
    ['needs a recent sign-in', { max_age: '5m' }, "can't be used with acr_values or max_age"],
    ['needs a strong sign-in', { acr_values: ['mfa'] }, "can't be used with acr_values or max_age"],
    ['uses an API with bound tokens', { resources: [[api, { dpop: 'required' }]] }, 'every request needs a proof'],
    [
      'uses an API whose tokens are too short',
      { resources: [[api, { lifetime: '119s' }]] },
      'at least 2m at https://api',
    ],
    ['shares its host', { others: [`${origin}:8443`] }, `can't be used beside ${origin}:8443`],
    ['has the broker on another port', { others: [`${origin}:8787`] }, `can't be used beside ${origin}:8787`],
    ['is above an API', { others: ['https://api.legacy.example.com/v1'] }, "can't be used beside https://api.legacy"],
    ['is above another one', { others: ['https://a.legacy.example.com'] }, "can't be used beside https://a.legacy"],
    [
      'uses two APIs at one address',
      {
        resources: [
          [api, {}],
          ['https://reports.example.com', { urls: [`${api}/reports`] }],
        ],
      },
      'overlap',
    ],
  ] as const)('has a fault if it %s', (_, more, message) => {
    const faults = attachFaults(origin, { ...good, ...(more as Partial<typeof good>) });
    expect(faults).toEqual([{ path: ['origins', origin, 'attach_tokens'], message: expect.stringContaining(message) }]);
  });

  it('has no fault for what other checks report', () => {
    const broken = {
      resources: [
        [api, { lifetime: 7, urls: 'x' }],
        ['nonsense', { urls: [3] }],
      ],
    } as const;
    expect(attachFaults('nonsense', { ...good, ...(broken as unknown as Partial<typeof good>) })).toEqual([]);
  });
});
