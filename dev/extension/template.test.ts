import { expect, it } from 'vitest';
import { adapt, placeholders } from './template.ts';

const real = { broker: 'http://localhost:9401', sites: ['http://localhost:5173', 'http://b.localhost'] };

it.each(['"', "'", '`'])('puts broker and sites into a script whose strings are in %s', (quote) => {
  const [site] = placeholders.sites;
  const script = `const a={broker:${quote}${placeholders.broker}${quote},sites:[${quote}${site}${quote}]};`;
  expect(adapt(script, real)).toBe(
    'const a={broker:"http://localhost:9401",sites:["http://localhost:5173","http://b.localhost"]};',
  );
});

it('writes no code: a site is a string', () => {
  const script = `a=["${placeholders.sites[0]}"]`;
  expect(adapt(script, { broker: '', sites: ['"];$&alert(1);["'] })).toBe('a=["\\"];$&alert(1);[\\""]');
});
