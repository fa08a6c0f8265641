import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { ConfigError } from '../../broker/config/fault.ts';
import { parseConfig } from '../../broker/config/load.ts';
import { reloadableConfig } from '../../broker/config/reloadable-config.ts';
import { configSchema } from '../../broker/config/schema.ts';
import { sectionOf } from '../../broker/config/section-digests.ts';
import type { Config } from '../../broker/config/types.ts';

const read = (path: string) => readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8');
const operations = read('docs/operations.md');

/** The text from one line to another. */
function between(from: string, to: string): string {
  const [, text = ''] = operations.split(`\n${from}`);
  return text.split(`\n${to}`, 1)[0] ?? '';
}

describe('the table of what a reload applies', () => {
  const rows = [...between('## Reloading the configuration\n', '## ').matchAll(/^\| (.+) \| (.+) \|$/gm)];
  const sectionsIn = (isRestart: boolean): Set<string> =>
    new Set(
      rows
        .filter(([, , when]) => (when === 'after a restart') === isRestart)
        .flatMap(([, what = '']) => [...what.matchAll(/`([\w.]+)`/g)].map(([, name = '']) => name)),
    );
  const [atOnce, afterRestart] = [sectionsIn(false), sectionsIn(true)];

  const config = parseConfig(
    `
issuer: https://latchkey.example.com
keys_file: keys
upstreams: { okta: { issuer: "https://acme.okta.com", client_id: x, client_secret: "\${SECRET}" } }
resources: {}`,
    '/nowhere/latchkey.yaml',
    { SECRET: 'of-this-test-only' },
  );
  /** Whether a broker refuses a file in which this part has changed. */
  function takesRestart(part: keyof Config): boolean {
    try {
      reloadableConfig(config).replace({ ...config, [part]: part === 'upstreams' ? new Map() : 'changed' });
      return false;
    } catch (error) {
      if (!(error instanceof ConfigError)) throw error;
      return true;
    }
  }

  it('has every section of the configuration', () => {
    const known = new Set([...atOnce, ...afterRestart]);
    expect(Object.keys(configSchema.entries).filter((section) => !known.has(section))).toEqual([]);
  });

  it.each(Object.keys(config) as (keyof Config)[])('says of %s what the broker does', (part) => {
    expect(Object.keys(configSchema.entries)).toContain(sectionOf(part));
    expect([...(takesRestart(part) ? afterRestart : atOnce)]).toContain(sectionOf(part));
  });
});

describe('what a proxy in front must do', () => {
  const text = between('The Ingress or Gateway is yours', '### ');

  it('names what the examples set for it: the event stream, the address, who is trusted', () => {
    const nginx = read('deploy/nginx/latchkey.conf');
    for (const name of ['/session/events', 'X-Forwarded-For']) {
      expect(nginx).toContain(name);
      expect(text).toContain(`\`${name}\``);
    }
    expect(text).toContain('`trusted_proxies`');
    expect(text).toContain('](../deploy/nginx/latchkey.conf)');
  });

  it.each(['Authorization', 'DPoP', 'Cookie', 'Set-Cookie'])('names %s, which has to arrive', (name) => {
    expect(text).toContain(`\`${name}\``);
  });
});
