import { describe, expect, it } from 'vitest';
import { parseConfig } from './load.ts';

const config = (okta: string, partners: string) => `issuer: https://latchkey.example.com
keys_file: keys
upstreams:
  okta: { issuer: https://acme.okta.com, client_id: c, client_secret: "\${SECRET}", domains: ${okta} }
  partners: { issuer: https://partners.example, client_id: c, client_secret: "\${SECRET}", domains: ${partners} }
resources: { 'https://api.example.com': { name: API, scopes: { read: Read } } }`;
const parse = (okta: string, partners: string) =>
  parseConfig(config(okta, partners), '/nowhere/latchkey.yaml', { SECRET: 'of-this-test-only-here' });

describe('upstreams.*.domains', () => {
  it('are compared in lower case', () => {
    const { upstreams } = parse('[Acme.com, acme.co.uk]', '[xn--bcher-kva.example]');
    expect(upstreams.get('okta')?.domains).toEqual(['acme.com', 'acme.co.uk']);
  });

  it.each(['[localhost]', '["@acme.com"]', '["*.acme.com"]', '[ada@acme.com]', '[https://acme.com]', 'acme.com'])(
    'are domains of addresses: not %s',
    (domains) => {
      expect(() => parse(domains, '[]')).toThrow(/upstreams\.okta\.domains/);
    },
  );

  it('belong to one provider', () => {
    expect(() => parse('[acme.com]', '[ACME.com]')).toThrow('has acme.com, which okta has too. Leave it in one');
  });
});
