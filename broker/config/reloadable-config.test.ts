import { describe, expect, it } from 'vitest';
import { parseConfig } from './load.ts';
import { reloadConfig } from './reload-config.ts';
import { reloadableConfig } from './reloadable-config.ts';

const file = ({ issuer = 'https://latchkey.example.com', scope = 'read' } = {}) =>
  parseConfig(
    `
issuer: ${issuer}
keys_file: keys
upstreams: { okta: { issuer: "https://acme.okta.com", client_id: x, client_secret: "\${SECRET}" } }
resources: { https://api.example.com: { name: API, scopes: { ${scope}: Words } } }`,
    '/nowhere/latchkey.yaml',
    { SECRET: 'of-this-test-only' },
  );

function reload(read: () => ReturnType<typeof file>) {
  const live = reloadableConfig(file());
  const { config } = live;
  const lines: Record<string, unknown>[] = [];
  const log = (line: Record<string, unknown>) => void lines.push(line);
  let told = 0;
  reloadConfig(live, read, { info: log, warn: log, error: log }, () => {
    told += 1;
  });
  return { scopes: Object.keys(config.resources.get('https://api.example.com')?.scopes ?? {}), config, lines, told };
}

describe('a reload', () => {
  it('is seen by whoever holds the configuration', () => {
    const { scopes, lines, told } = reload(() => file({ scope: 'write' }));
    expect(scopes).toEqual(['write']);
    expect(lines).toEqual([{ event: 'config_reloaded', changed: 'resources' }]);
    expect(told).toBe(1);
  });

  it('tells nobody where nothing has changed', () => {
    const { lines, told } = reload(() => file());
    expect(lines).toEqual([{ event: 'config_reloaded', changed: '' }]);
    expect(told).toBe(0);
  });

  it('of a file with faults leaves the old one, and logs each fault', () => {
    const { scopes, lines, told } = reload(() => parseConfig('issuer: nonsense\nunknown: 1', '/x.yaml', {}));
    expect(scopes).toEqual(['read']);
    expect(lines.map(({ event, path }) => `${event} ${path}`)).toEqual(
      expect.arrayContaining(['config_refused issuer', 'config_refused unknown', 'config_refused keys_file']),
    );
    expect(told).toBe(0);
  });

  it('of what takes a restart changes nothing at all', () => {
    const { scopes, config, lines } = reload(() => file({ issuer: 'https://other.example.com', scope: 'write' }));
    expect([config.issuer, scopes]).toEqual(['https://latchkey.example.com', ['read']]);
    expect(lines).toEqual([
      { event: 'config_refused', path: 'issuer', fault: 'changed. Restart the broker to apply it', line: undefined },
    ]);
  });

  it('survives a file that cannot be read', () => {
    const { scopes, lines } = reload(() => {
      throw new Error('the disk is gone');
    });
    expect(scopes).toEqual(['read']);
    expect(lines).toEqual([{ event: 'config_refused', cause: 'Error: the disk is gone' }]);
  });
});
