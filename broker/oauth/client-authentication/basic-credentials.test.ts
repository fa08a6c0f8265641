import { expect, it } from 'vitest';
import { parseBasicCredentials } from './basic-credentials.ts';

const encoded = (text: string) => Buffer.from(text).toString('base64');

it.each([
  ['tv:', 'tv', ''],
  ['tv', 'tv', undefined],
  ['importer:s3cret', 'importer', 's3cret'],
  ['importer:a:b', 'importer', 'a:b'],
  ['the%20importer:a+b%2Bc', 'the importer', 'a b+c'],
  ['importer:100%', 'importer', '100%'],
  [':s3cret', '', 's3cret'],
  ['imp\u00f6rter:\u{1f511}', 'imp\u00f6rter', '\u{1f511}'],
])('reads %j', (credentials, clientId, secret) => {
  for (const scheme of ['Basic ', 'basic ', 'BASIC   ']) {
    expect(parseBasicCredentials(scheme + encoded(credentials))).toEqual({ clientId, secret });
  }
});

it('reads base64url too, which some clients send', () => {
  const text = Buffer.from('importer:~~~???').toString('base64url');
  expect(parseBasicCredentials(`Basic ${text}`)).toEqual({ clientId: 'importer', secret: '~~~???' });
});

it.each(['', 'Basic', 'Basic ', `Basic${encoded('tv:')}`, `Bearer ${encoded('tv:')}`, 'Basic tv:', 'Basic dHY6 dHY6'])(
  'reads nothing from %j',
  (header) => {
    expect(parseBasicCredentials(header)).toBeUndefined();
  },
);

it('reads a header of any length in linear time', () => {
  const started = performance.now();
  parseBasicCredentials(`Basic ${' '.repeat(500_000)}!`);
  parseBasicCredentials(`Basic ${'A='.repeat(250_000)}!`);
  expect(performance.now() - started).toBeLessThan(500);
});
