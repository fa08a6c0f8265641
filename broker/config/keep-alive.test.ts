import { readFileSync } from 'node:fs';
import { parseDuration } from '@latchkey/shared/time.ts';
import { expect, it } from 'vitest';
import { parseConfig } from './load.ts';

const config = (more = '') =>
  parseConfig(
    `issuer: https://latchkey.example.com
keys_file: keys
upstreams: { okta: { issuer: "https://acme.okta.com", client_id: latchkey, client_secret: "\${SECRET}" } }
resources: { "https://api.example.com": { name: API, scopes: { a: A } } }
${more}`,
    'latchkey.yaml',
    { SECRET: 'from-the-provider-9f2' },
  );

it.each(['nginx/latchkey.conf', 'gateways/nginx/latchkey.conf'])(
  'the broker keeps idle connections longer than deploy/%s does',
  (name) => {
    const text = readFileSync(new URL(`../../deploy/${name}`, import.meta.url), 'utf8');
    const upstream = /upstream latchkey \{[^}]+\}/.exec(text)?.[0];
    const kept = parseDuration(/keepalive_timeout (\w+);/.exec(upstream ?? '')?.[1] ?? '');
    expect(kept).toBeGreaterThan(0);
    expect(config().keepAliveMs).toBeGreaterThan((kept ?? 0) + 5_000);
  },
);

it('keep_alive is a duration from a second to an hour', () => {
  expect(config('keep_alive: 620s').keepAliveMs).toBe(620_000);
  for (const wrong of ['0s', '2h', '60']) expect(() => config(`keep_alive: ${wrong}`)).toThrow(/keep_alive: must be/);
});
