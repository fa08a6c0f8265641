import { accessSync, constants, existsSync } from 'node:fs';
import { isIPv6 } from 'node:net';
import { dirname, resolve } from 'node:path';
import { shellWord } from '@latchkey/shared/shell-word.ts';
import type { Config } from '../config/types.ts';
import { KeyFileError, loadRing, MissingRingError } from '../keys/ring.ts';
import { errorSummary } from '../log.ts';
import { createStore } from '../store/open.ts';
import type { Store } from '../store/store.ts';
import { about, type Finding } from './finding.ts';
import { checkSignIns } from './sign-ins.ts';
import { storeFault } from './store-fault.ts';

const advice = about('configuration');

/** Settings that are valid but unwise. */
export function checkAdvice(config: Config): Finding[] {
  const { extension, origins, issuer, trustedProxies } = config;
  const findings: Finding[] = [
    ...checkLifetimes(config),
    ...checkGroups(config),
    ...checkProxies(config),
    ...checkAdminListen(config),
  ];
  if (new URL(issuer).protocol === 'https:' && trustedProxies.length === 0) {
    findings.push(
      advice.warning(
        'trusted_proxies is empty',
        'Add the address of the reverse proxy that serves the issuer over TLS: 127.0.0.1/32 if it runs on this machine, otherwise its address in the container network. Without it, all clients share one address and one rate limit.',
      ),
    );
  }
  if (origins.size > 0 && extension.redirectUris.length === 0) {
    findings.push(
      advice.warning(
        'origins are configured, but no extension IDs',
        "Add your builds' IDs to extension.chrome_ids and extension.firefox_ids, or nobody can sign in with the browser extension.",
      ),
    );
  }
  return findings.length > 0 ? findings : [advice.ok('OK')];
}

const hour = 3_600_000;

/** A person's token also ends with `fresh`. A service's token has only its lifetime. */
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
        "Set lifetime to a few minutes. Tokens stay valid after sign-out until they expire, and users don't notice refreshes.",
      ),
    );
}

/** About half of the longest token, so that groups fit beside long scopes. */
const groupsBytes = 2_500;

function checkGroups({ resources }: Config): Finding[] {
  return [...resources.values()].flatMap(({ resource, groups: { carry, named } }): Finding[] => {
    if (carry === 'all') {
      return [
        advice.warning(
          `resources.${resource}: tokens carry all groups of a person`,
          'List the groups that this API needs. The tokens of people with about 100 groups or more lack some of them (claim groups_omitted).',
        ),
      ];
    }
    if (JSON.stringify(named).length <= groupsBytes) return [];
    return [
      advice.warning(
        `resources.${resource}: the groups of its tokens don't fit into a token together`,
        'List fewer groups under its groups. Someone who is in most of them gets tokens without the last ones (claim groups_omitted).',
      ),
    ];
  });
}

/** A few proxies that are next to each other. */
const fewAddresses = 16;

/** Whoever is in a trusted block can forge addresses, which budgets and logs go by. */
function checkProxies({ trustedProxies }: Config): Finding[] {
  return trustedProxies
    .filter((block) => {
      const [address = '', prefix] = block.split('/');
      return 2 ** ((isIPv6(address) ? 128 : 32) - Number(prefix)) > fewAddresses;
    })
    .map((block) =>
      advice.warning(
        `trusted_proxies: ${block} is a whole network`,
        'List the addresses of your own proxies, such as 10.0.0.5/32. Every machine in this network can pretend to be any client.',
      ),
    );
}

/** Anyone who can reach that address can read the metrics and the providers' state. */
function checkAdminListen({ adminListen: { host, port } }: Config): Finding[] {
  if (!['0.0.0.0', '::', '*'].includes(host)) return [];
  return [
    advice.warning(
      `admin_listen accepts connections on every network interface (port ${port})`,
      `Use 127.0.0.1:${port}. If probes come from outside, as in a container, use a firewall so that nobody else can reach the port.`,
    ),
  ];
}

/** Checks the key file and the store. Migrates nothing. */
export async function checkStorage(config: Config): Promise<Finding[]> {
  const keys = about('keys');
  const store = about('store');
  const findings: Finding[] = [];
  try {
    const { all } = loadRing(config.keysFile);
    findings.push(
      keys.ok(`${all.length} encryption ${all.length === 1 ? 'key' : 'keys'}, readable only by the broker`),
    );
  } catch (error) {
    if (!(error instanceof KeyFileError)) throw error;
    const create = `. Only if this broker has never run, create it: latchkey keys init --file ${shellWord(config.keysFile)}`;
    findings.push(keys.failed(error.what, `${error.cure}${error instanceof MissingRingError ? create : ''}`));
  }
  const missing = missingFile(config.store);
  if (missing !== undefined) return [...findings, missing];
  try {
    const opened = await createStore(config.store, { now: () => Date.now() });
    try {
      await opened.ping();
      await opened.checkRelease();
      const isNew = !(await opened.isMigrated());
      const kind = config.store.split(':', 1)[0];
      findings.push(
        store.ok(isNew ? `connected (${kind}); no broker has used this database yet` : `connected (${kind})`),
      );
      findings.push(...(await writeFinding(opened)));
      findings.push(...(await checkSignIns(config, opened)));
    } finally {
      await opened.close();
    }
  } catch (error) {
    findings.push(storeFault(error));
  }
  return findings;
}

/** A full disk answers queries. A database without our tables yet is for `serve` to migrate. */
async function writeFinding(opened: Store): Promise<Finding[]> {
  try {
    await opened.pingWrite(Date.now());
    return [];
  } catch (error) {
    const summary = errorSummary(error);
    if (/no such table|does not exist/.test(summary)) return [];
    return [about('store').failed(`takes no writes (${summary})`, 'Free disk space, or make the database writable.')];
  }
}

/** Opening the store would create the file, which is for `serve` to do. */
function missingFile(url: string): Finding | undefined {
  const path = /^sqlite:(.+)$/.exec(url)?.[1];
  if (path === undefined || existsSync(path)) return undefined;
  const store = about('store');
  try {
    accessSync(dirname(resolve(path)), constants.W_OK);
    return store.ok(`${path} will be created on first start`);
  } catch {
    return store.failed(
      `can't create ${path}: the folder is missing or not writable`,
      'Correct "store" if the path is wrong. Otherwise, create the folder and make it writable for the broker\'s user.',
    );
  }
}
