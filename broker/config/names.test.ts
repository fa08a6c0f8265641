import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { ConfigError } from './fault.ts';
import { inLanguages } from './in-languages.ts';
import { parseConfig } from './load.ts';
import { signInName } from './names.ts';

const api = 'https://api.example.com';
const parse = (name: string, scope = 'See your orders') =>
  parseConfig(
    `issuer: https://latchkey.example.com
keys_file: keys
upstreams: { okta: { issuer: https://acme.okta.com, client_id: c, client_secret: "\${SECRET}" } }
extension: { chrome_ids: [abcdefghijklmnopabcdefghijklmnop] }
resources:
  ${api}: { name: ${name}, scopes: { orders:read: ${scope} } }
origins:
  https://shop.example.com: { name: ${name}, allow: {} }
devices:
  tv: { name: ${name}, allow: {} }`,
    join(import.meta.dirname, 'latchkey.yaml'),
    { SECRET: 'of-this-test-only' },
  );
const wordsIn = (wishes: string[], ...[name, scope]: Parameters<typeof parse>) => {
  const { resources, origins, devices } = inLanguages(parse(name, scope), wishes);
  const resource = resources.get(api);
  return [
    resource?.name,
    resource?.scopes['orders:read'],
    origins.get('https://shop.example.com')?.name,
    devices.get('tv')?.name,
  ];
};

describe('names per language', () => {
  const names = '{ de: Bestellungen, en: Orders, pt-BR: Pedidos }';
  const scopes = '{ en: See your orders, de: Bestellungen ansehen }';

  it.each([
    [['de-AT', 'en'], 'Bestellungen', 'Bestellungen ansehen'],
    [['fr', 'de'], 'Bestellungen', 'Bestellungen ansehen'],
    [['pt-br'], 'Pedidos', 'See your orders'],
    [['ja'], 'Orders', 'See your orders'],
    [[], 'Orders', 'See your orders'],
  ])('are chosen by the wishes %j', (wishes, name, scope) => {
    expect(wordsIn(wishes, names, scopes)).toEqual([name, scope, name, name]);
  });

  it('are the first one where nobody wants it, and there is no English', () => {
    expect(wordsIn(['ja'], '{ de: Bestellungen, es: Pedidos }')[0]).toBe('Bestellungen');
  });

  it('are one text for everybody where one is configured', () => {
    expect(wordsIn(['de'], 'Orders')).toEqual(['Orders', 'See your orders', 'Orders', 'Orders']);
    // Else the audit log would have a change of the configuration when the broker is upgraded.
    expect(parse('Orders').resources.get(api)?.scopeNames).toBeUndefined();
  });

  it.each([
    ['{}', /name.*at least/],
    ['{ deutsch: Bestellungen }', /name.*language tag/],
    ['{ de: "" }', /name.*must not be empty/],
    ['{ pt-BR: Pedidos, pt-br: Encomendas }', /name.*only in case/],
    ['7', /name.*must be text, or a text for each language/],
  ])('are not %s', (name, fault) => {
    const errorOf = () => {
      try {
        parse(name);
      } catch (error) {
        return error instanceof ConfigError ? error.message : '';
      }
      return '';
    };
    expect(errorOf()).toMatch(fault);
  });
});

it('the name that a person gave a device stays, in every language', () => {
  const client = { name: 'Fernseher', names: { en: 'TV', de: 'Fernseher' } };
  expect(signInName('Kitchen', client)).toBe('Kitchen');
  expect(signInName('TV', client)).toBe('Fernseher');
  expect(signInName(undefined, client)).toBe('Fernseher');
});
