import { expect, it } from 'vitest';
import { parseBasicCredentials } from './basic-credentials.ts';

const basic = (text: string) => `Basic ${Buffer.from(text).toString('base64')}`;

it.each([
  ['a secret', basic('reports:s3cret'), { clientId: 'reports', secret: 's3cret' }],
  ['an empty secret', basic('tv:'), { clientId: 'tv', secret: '' }],
  ['no colon', basic('tv'), { clientId: 'tv', secret: undefined }],
  ['colons in the secret', basic('tv:a:b'), { clientId: 'tv', secret: 'a:b' }],
  ['encoded parts', basic('a%3Ab+c:%C3%A4'), { clientId: 'a:b c', secret: 'ä' }],
  ['an ampersand', basic('a&id=b:c'), { clientId: 'a&id=b', secret: 'c' }],
  ['a percent sign that encodes nothing', basic('a:50%'), { clientId: 'a', secret: '50%' }],
  ['another scheme', 'Bearer abc', undefined],
  ['what is not base64', 'Basic a b', undefined],
  ['nothing', 'Basic ', undefined],
])('reads %s', (_, header, credentials) => {
  expect(parseBasicCredentials(header)).toEqual(credentials);
});
