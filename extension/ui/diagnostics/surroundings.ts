import { attachHosts } from '../../platform/attach-hosts.ts';
import { attaches } from '../../platform/baked-config.ts';
import { keptInSession } from '../../platform/kept-in-session.ts';
import { keysOf } from '../../platform/keys.ts';
import { readManagedStorage } from '../../platform/managed-storage.ts';
import { sites } from '../../platform/sites.ts';
import { attachProblemsKey } from '../../protocol/attach-problems.ts';
import { createManagedPolicy, ignoredKeys } from '../../protocol/managed-policy.ts';
import type { Problem } from '../../protocol/problem.ts';
import type { DiagnosticFacts } from '../../protocol/ui.ts';
import type { Surroundings } from './findings.ts';

/** Asks the browser. It would give the background the same answers. */
export async function lookAround({ broker, profile, sites: origins }: DiagnosticFacts): Promise<Surroundings> {
  const policy = await readManagedStorage();
  const key = await keysOf(profile).session.load();
  return {
    policy: { set: Object.keys(policy), unread: ignoredKeys(policy, await createManagedPolicy(async () => policy)()) },
    access: broker !== undefined && (await sites.isReachable(broker.url)),
    key: key ? (key.privateKey.extractable ? 'extractable' : 'held') : 'none',
    sites: await Promise.all(
      origins.map(async (origin) => ({
        origin,
        reachable: await sites.isReachable(origin),
        bridge: await sites.hasBridge(origin),
      })),
    ),
    attached: attaches
      ? {
          missing: await attachHosts.missing(),
          problems: ((await keptInSession(attachProblemsKey).get()) as Record<string, Problem> | undefined) ?? {},
        }
      : undefined,
  };
}
