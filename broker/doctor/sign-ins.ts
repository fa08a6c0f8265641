import { presetOf } from '../config/provider-presets.ts';
import type { Config, UpstreamConfig } from '../config/types.ts';
import type { Rotates, SignInSample, Store } from '../store/store.ts';
import { about, type Finding } from './finding.ts';

type Evidence = Pick<Store, 'getRotation' | 'latestSignIns'>;

/** How many sign-ins show what is usual at a provider. */
const samples = 50;

/** What past sign-ins show about refresh tokens and groups. No provider says it before. */
export async function checkSignIns(config: Config, store: Evidence): Promise<Finding[]> {
  const findings: Finding[] = [];
  for (const upstream of config.upstreams.values()) {
    const seen = await evidenceOf(store, upstream);
    findings.push(
      ...checkLeeway(upstream, seen.rotates),
      ...checkGrants(upstream, seen.signIns),
      ...checkGroups(upstream, seen.signIns, groupsOf(config, upstream.name)),
    );
  }
  return findings;
}

/** A database without our tables yet shows nothing. */
async function evidenceOf(store: Evidence, upstream: UpstreamConfig) {
  try {
    return { rotates: await store.getRotation(upstream), signIns: await store.latestSignIns(upstream.name, samples) };
  } catch {
    return { rotates: undefined, signIns: [] };
  }
}

function checkLeeway(
  { name, preset, rotates: stated, refreshLeewayMs }: UpstreamConfig,
  learned: Rotates | undefined,
): Finding[] {
  if (refreshLeewayMs > 0) return [];
  const expected = presetOf(preset).rotates;
  const rotates = stated ?? (expected === 'yes' || expected === 'no' ? expected : (learned ?? expected));
  if (rotates === 'no' || rotates === 'unknown') return [];
  return [
    about(`${name}: refresh`).warning(
      `${rotates === 'probably' ? 'refresh tokens may rotate at this provider' : 'refresh tokens rotate at this provider'}, and refresh_leeway is 0s`,
      `Set upstreams.${name}.refresh_leeway to the time for which the provider accepts a rotated token again: without it, a response that gets lost signs the person out.${rotates === 'probably' ? ` If this client's refresh tokens don't rotate, set upstreams.${name}.rotates to no.` : ''}`,
    ),
  ];
}

function checkGrants({ name, preset, scopes }: UpstreamConfig, signIns: readonly SignInSample[]): Finding[] {
  const check = about(`${name}: refresh tokens`);
  const { offlineScope, needsOfflineScope } = presetOf(preset);
  const lacksScope = offlineScope === true && !scopes.includes('offline_access');
  const cost = 'people must sign in again each time the "fresh" period ends';
  if (signIns.length === 0) {
    if (!lacksScope || !needsOfflineScope) return [];
    return [
      check.warning(
        `upstreams.${name}.scopes lacks offline_access, so ${cost}`,
        `Add offline_access: this provider issues refresh tokens only with it.`,
      ),
    ];
  }
  if (signIns.some(({ hasGrant }) => hasGrant)) return [check.ok('the provider issues them')];
  return [
    check.failed(
      `the provider has sent no refresh token at ${lastSignIns(signIns.length)}, so ${cost}`,
      lacksScope
        ? `Add offline_access to upstreams.${name}.scopes, and allow refresh tokens for this client at the provider. Then sign in again, and run doctor again.`
        : 'Allow refresh tokens for this client at the provider. If they are allowed, compare the preset: some providers want extra parameters. Then sign in again, and run doctor again.',
    ),
  ];
}

function checkGroups(
  { name, groupsClaim }: UpstreamConfig,
  signIns: readonly SignInSample[],
  required: readonly string[],
): Finding[] {
  if (required.length === 0 || signIns.length === 0) return [];
  const check = about(`${name}: groups`);
  if (signIns.some(({ groups }) => groups > 0)) return [check.ok('the provider names groups')];
  return [
    check.failed(
      `the provider has sent no groups at ${lastSignIns(signIns.length)}, but rules ask for ${required.slice(0, 3).join(', ')}${required.length > 3 ? ', …' : ''}`,
      `${signIns.length === 1 ? 'If that person is' : 'If those people are'} in no group, sign in as someone who is. Otherwise, configure the provider to put groups into the claim "${groupsClaim}" of the ID token or UserInfo response (with a scope, a claim or a mapper). If its claim has another name, set upstreams.${name}.groups_claim. Then sign in again, and run doctor again.`,
    ),
  ];
}

const lastSignIns = (signIns: number): string =>
  signIns === 1 ? 'the only sign-in so far' : `the last ${signIns} sign-ins`;

/** The groups of this provider that rules name. */
function groupsOf({ origins, devices }: Config, upstream: string): string[] {
  const rules = [...origins.values(), ...devices.values()].flatMap(({ groups }) => groups);
  return [...new Set(rules)].filter((group) => group.startsWith(`${upstream}:`));
}
