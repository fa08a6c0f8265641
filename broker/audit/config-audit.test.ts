import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { parseConfig } from '../config/load.ts';
import type { Config } from '../config/types.ts';
import { createRing } from '../keys/ring.ts';
import { createStore } from '../store/open.ts';
import type { ConfigStore, Store } from '../store/store.ts';
import { createConfigAudit } from './config-audit.ts';

const [first, second] = [1, 2].map((byte) => ({ kid: `k${byte}`, key: Buffer.alloc(32, byte) })) as [
  { kid: string; key: Buffer },
  { kid: string; key: Buffer },
];
const operator = { user: 'ada', host: 'broker-1' };
const config = (more = ''): Config =>
  parseConfig(
    `
issuer: https://latchkey.example.com
keys_file: keys
upstreams: { okta: { issuer: "https://acme.okta.com", client_id: x, client_secret: "\${SECRET}" } }
resources: {}
${more}`,
    '/nowhere/latchkey.yaml',
    { SECRET: 'of-this-test-only' },
  );

let store: Store;
let logged: Record<string, unknown>[];
beforeEach(async () => {
  store = await createStore('sqlite::memory:', { now: () => 1_000 });
  await store.migrate();
  logged = [];
});
afterEach(() => store.close());

const audit = (current: Config, keys = [first], to: ConfigStore = store) => {
  const write = (line: Record<string, unknown>) => void logged.push(line);
  const log = { info: write, warn: write, error: write };
  return createConfigAudit({ config: current, store: to, ring: createRing(keys), now: () => 2_000, log, operator });
};
const entries = async () => (await store.auditAfter(0, 10)).map(({ type, detail }) => ({ type, ...detail }));

describe('the audit log of the configuration', () => {
  it('has no entry of a first start, or of one with the same configuration', async () => {
    await audit(config()).started();
    await audit(config('log_level: info')).started();
    expect(await entries()).toEqual([]);
  });

  it('has one entry of a start with another configuration: what changed, and who runs the broker', async () => {
    await audit(config()).started();
    await audit(config('log_level: warn\ndevices: { tv: { name: TV, allow: {} } }')).started();
    await audit(config('log_level: warn\ndevices: { tv: { name: TV, allow: {} } }')).started();
    expect(await entries()).toEqual([{ type: 'config.started', changed: ['log_level', 'devices'], operator }]);
  });

  it('has a reload once: the next start with it is no news', async () => {
    await audit(config()).started();
    await audit(config('log_level: warn')).reloaded(['log_level']);
    await audit(config('log_level: warn')).started();
    expect(await entries()).toEqual([{ type: 'config.reloaded', changed: ['log_level'], operator }]);
  });

  it('sees a change although the encryption key was rotated in between', async () => {
    await audit(config()).started();
    await audit(config(), [second, first]).started();
    expect(await entries()).toEqual([]);
    await audit(config('log_level: warn'), [second]).started();
    expect(await entries()).toEqual([{ type: 'config.started', changed: ['log_level'], operator }]);
  });

  it('names every section if the key of the digests is gone', async () => {
    await audit(config()).started();
    await audit(config(), [second]).started();
    const [entry] = await entries();
    expect(entry?.type).toBe('config.started');
    expect((entry as { changed?: string[] }).changed).toEqual(
      expect.arrayContaining(['issuer', 'log_level', 'origins', 'upstreams']),
    );
  });

  it('says nothing of a section that the earlier version did not have', async () => {
    const { logLevel, ...older } = config();
    await audit(older as Config).started();
    await audit(config('log_level: warn')).started();
    expect(await entries()).toEqual([]);
  });

  it('never keeps the broker from running: what fails is an error in the log', async () => {
    const broken: ConfigStore = { replaceConfigDigests: () => Promise.reject(new Error('the disk is full')) };
    await audit(config(), [first], broken).started();
    expect(logged).toEqual([{ event: 'config_unaudited', cause: 'Error: the disk is full' }]);
  });
});
