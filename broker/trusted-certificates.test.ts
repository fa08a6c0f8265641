import tls from 'node:tls';
import { afterEach, expect, it } from 'vitest';
import { NetworkError } from './outbound-proxy.ts';
import { trustCertificates } from './trusted-certificates.ts';

const { setDefaultCACertificates } = tls;
afterEach(() => void Object.assign(tls, { setDefaultCACertificates }));

it('names the version that it needs, where Node.js is too old for it', () => {
  // As in Node.js before 24.5.
  Object.assign(tls, { setDefaultCACertificates: undefined });
  const trust = () => trustCertificates({ pems: ['a certificate'], system: false });
  expect(trust).toThrow(NetworkError);
  expect(trust).toThrow('needs Node.js 24.5 or later');
  expect(() => trustCertificates({ pems: [], system: false })).not.toThrow();
});
