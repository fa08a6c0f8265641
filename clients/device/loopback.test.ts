import { expect, it } from 'vitest';
import { loopbackLogin } from './loopback.ts';
import { createFakeBroker, issuer } from './testing/fake-broker.ts';

it.each([
  'javascript:alert(1)',
  'file:///etc/passwd',
  'http://latchkey.example.com/authorize',
  'https://latchkey.example.com@evil.example/authorize',
  '--help',
])('names no address to open that is none of the web’s (%s)', async (authorization_endpoint) => {
  const { fetch, now, sleep } = createFakeBroker({ metadata: { authorization_endpoint } });
  const login = loopbackLogin({ issuer, clientId: 'cli', fetch, now, sleep });
  await expect(login.next()).rejects.toMatchObject({ code: 'bad_answer' });
});
