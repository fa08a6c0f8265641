import http from 'node:http';
import { afterEach, expect, it } from 'vitest';
import { useOutboundProxy } from '../outbound-proxy.ts';
import { checkOutbound } from './outbound.ts';

// Units have no network: a proxy that would be asked can't be reached.
const env = { HTTPS_PROXY: 'http://proxy.example.com:3128' };
const unused = `HTTPS_PROXY is set, but Node.js ${process.versions.node} doesn't use it`;

const { setGlobalProxyFromEnv } = http;
/** As in Node.js before 24.14. */
const withoutTheFunction = () => void Object.assign(http, { setGlobalProxyFromEnv: undefined });
afterEach(() => void Object.assign(http, { setGlobalProxyFromEnv }));

it('says nothing where there is no proxy', async () => {
  expect(await checkOutbound({})).toEqual([]);
});

it('fails where this Node.js does not use the proxy, and names the cure', async () => {
  withoutTheFunction();
  expect(await checkOutbound(env)).toEqual([
    {
      level: 'failed',
      check: 'outgoing connections',
      what: unused,
      cure: 'Install Node.js 24.14 or later, or set NODE_USE_ENV_PROXY=1.',
    },
  ]);
});

it('tells the same at the start of a command', () => {
  withoutTheFunction();
  const warned: string[] = [];
  useOutboundProxy(env, (sentence) => void warned.push(sentence));
  for (const told of [{ NODE_USE_ENV_PROXY: '1' }, { NODE_OPTIONS: '--no-warnings --use-env-proxy' }])
    useOutboundProxy({ ...env, ...told }, (sentence) => void warned.push(sentence));
  expect(warned).toEqual([`${unused}. Install Node.js 24.14 or later, or set NODE_USE_ENV_PROXY=1`]);
});
