import { accessSync, constants, existsSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { presetOf } from '../config/provider-presets.ts';
import type { Config } from '../config/types.ts';
import { loadRing, RingError } from '../keys/ring.ts';
import { createStore } from '../store/open.ts';
import { about, type Finding } from './finding.ts';

const advice = about('configuration');

/** What the configuration allows and experience advises against. */
export function checkAdvice(config: Config): Finding[] {
  const { upstreams, extension, origins, trustedProxies, listen, issuer } = config;
  const findings: Finding[] = [...checkLifetimes(config), ...checkAdminListen(config)];
  for (const { name, preset, refreshLeewayMs, scopes } of upstreams.values()) {
    if (presetOf(preset).rotates !== 'no' && refreshLeewayMs === 0) {
      findings.push(
        advice.warning(
          `upstreams.${name}: refresh_leeway is 0s`,
          'where this provider rotates refresh tokens, set it to the time for which it accepts the old one again: without it a crash at the wrong moment costs that person a sign-in',
        ),
      );
    }
    if (presetOf(preset).offlineScope && !scopes.includes('offline_access')) {
      findings.push(
        advice.warning(
          `upstreams.${name}: scopes lack offline_access`,
          'add it, unless this provider gives a refresh token without: else sessions need a new sign-in as soon as "fresh" is over',
        ),
      );
    }
  }
  if (origins.size > 0 && extension.redirectUris.length === 0) {
    findings.push(
      advice.warning(
        'sites are listed under origins, and no extension under extension',
        'list the ids of your builds in extension.chrome_ids and extension.firefox_ids: nobody can sign in in a browser without',
      ),
    );
  }
  const behindProxy = new URL(issuer).protocol === 'https:' && /^(127\.|localhost$|::1$)/.test(listen.host);
  if (behindProxy && trustedProxies.length === 0) {
    findings.push(
      advice.warning(
        'trusted_proxies is empty, and the broker listens on this machine only',
        'list the proxy before it (127.0.0.1/32 where it runs here): else all people share one address, and the budget of one',
      ),
    );
  }
  return findings.length > 0 ? findings : [advice.ok('has no fault')];
}

const hour = 3_600_000;

/** A person's token ends by `fresh` too; a service's by its lifetime alone. */
function checkLifetimes({ resources, services }: Config): Finding[] {
  const ofServices = new Set([...services.values()].flatMap(({ allow }) => [...allow.keys()]));
  return [...resources.values()]
    .map(({ resource, lifetimeMs, freshMs }) => ({
      resource,
      lifeMs: ofServices.has(resource) ? lifetimeMs : Math.min(lifetimeMs, freshMs),
    }))
    .filter(({ lifeMs }) => lifeMs > hour)
    .map(({ resource, lifeMs }) =>
      advice.warning(
        `resources.${resource}: tokens live for ${lifeMs / hour} h`,
        'set lifetime to some minutes: who is signed out keeps what they have until it expires, and a refresh is unseen',
      ),
    );
}

/** Metrics and the state of the providers are told to whoever asks there. */
function checkAdminListen({ adminListen: { host, port } }: Config): Finding[] {
  if (!['0.0.0.0', '::', '*'].includes(host)) return [];
  return [
    advice.warning(
      `admin_listen is open on every address of this machine (port ${port})`,
      `set it to 127.0.0.1:${port}; where probes come from outside, as in a container, see that nobody else reaches the port`,
    ),
  ];
}

/** The key file and the store, which stays as it is: nothing is migrated. */
export async function checkStorage(config: Config): Promise<Finding[]> {
  const keys = about('keys');
  const store = about('store');
  const findings: Finding[] = [];
  try {
    const { all } = loadRing(config.keysFile);
    findings.push(keys.ok(`${all.length} sealing ${all.length === 1 ? 'key' : 'keys'}, readable by the owner alone`));
  } catch (error) {
    if (!(error instanceof RingError)) throw error;
    findings.push(keys.failed(error.message, 'nothing starts without it'));
  }
  const missing = missingFile(config.store);
  if (missing !== undefined) return [...findings, missing];
  try {
    const opened = await createStore(config.store, { now: () => Date.now() });
    try {
      await opened.ping();
      findings.push(store.ok(`answers (${config.store.split(':', 1)[0]})`));
    } finally {
      await opened.close();
    }
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    findings.push(
      store.failed(
        `cannot be opened${code === undefined ? '' : ` (${code})`}`,
        'start the database, or correct "store" in the configuration: path and permissions, or host, user and password',
      ),
    );
  }
  return findings;
}

/** SQLite would make the file; that is for `serve` to do. */
function missingFile(url: string): Finding | undefined {
  const path = /^sqlite:(.+)$/.exec(url)?.[1];
  if (path === undefined || existsSync(path)) return undefined;
  const store = about('store');
  try {
    accessSync(dirname(resolve(path)), constants.W_OK);
    return store.ok(`${path} is made at the first start`);
  } catch {
    return store.failed(
      `${path} cannot be made: its folder is missing or not writable`,
      'make the folder, for the user that runs the broker',
    );
  }
}
