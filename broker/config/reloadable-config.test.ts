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
    expect(lines).toEqual([{ event: 'config_reloaded', changed: 'nothing' }]);
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

  const upstreams = (text: string) =>
    parseConfig(
      `
issuer: https://latchkey.example.com
keys_file: keys
upstreams: { ${text} }
resources: { https://api.example.com: { name: API, scopes: { read: Words } } }`,
      '/nowhere/latchkey.yaml',
      { SECRET: 'of-this-test-only', NEXT: 'another-of-this-test', EVENTS: 'twenty-random-letters' },
    );
  const okta = (text: string) => upstreams(`okta: { issuer: "https://acme.okta.com", client_id: x, ${text} }`);

  it.each([
    ['another secret', 'client_secret: "${NEXT}"'],
    ['two secrets', 'client_secret: ["${NEXT}", "${SECRET}"]'],
    ['another method', 'client_secret: "${SECRET}", client_auth: client_secret_post'],
    ['the secret of a hook', 'client_secret: "${SECRET}", hooks: { okta_events_secret: "${EVENTS}" }'],
  ])('replaces the secrets of a provider: %s', (_, text) => {
    const { config, lines } = reload(() => okta(text));
    expect(lines).toEqual([{ event: 'config_reloaded', changed: 'upstreams' }]);
    expect(config.upstreams).toEqual(okta(text).upstreams);
  });

  it.each([
    [
      'another client',
      okta('client_secret: "${NEXT}", refresh_leeway: 5s'),
      'changed in more than its secrets and keys',
    ],
    [
      'no provider',
      upstreams('other: { issuer: "https://acme.okta.com", client_id: x, client_secret: "${SECRET}" }'),
      'was',
    ],
  ])('replaces nothing else of it: %s', (_, next, fault) => {
    const { config, lines } = reload(() => next);
    expect(config.upstreams).toEqual(file().upstreams);
    expect(lines[0]).toMatchObject({ event: 'config_refused', path: 'upstreams.okta' });
    expect(lines[0]?.fault).toContain(fault);
    expect(lines[0]?.fault).toContain('Restart the broker');
  });

  it('survives a file that cannot be read', () => {
    const { scopes, lines } = reload(() => {
      throw new Error('the disk is gone');
    });
    expect(scopes).toEqual(['read']);
    expect(lines).toEqual([{ event: 'config_refused', cause: 'Error: the disk is gone' }]);
  });
});
