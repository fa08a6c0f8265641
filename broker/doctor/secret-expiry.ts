import type { UpstreamConfig } from '../config/types.ts';
import { expiringSecret } from '../upstream/expiring-secrets.ts';
import { about, type Finding } from './finding.ts';

/** Whether the client secret expires soon, or should have: only the provider knows whether it has. */
export function checkSecretExpiry(upstream: UpstreamConfig, now: number): Finding[] {
  const check = about(`${upstream.name}: client secret`);
  const soon = expiringSecret(upstream, now);
  if (soon) {
    const { date, daysLeft, cure } = soon;
    if (daysLeft < 0) return [check.warning(`expired on ${date}, as client_secret_expires_at says`, cure)];
    const left = daysLeft === 0 ? 'in less than a day' : `in ${daysLeft} ${daysLeft === 1 ? 'day' : 'days'}`;
    return [check.warning(`expires ${left}, on ${date}. Nobody can sign in after that`, cure)];
  }
  if (upstream.secretExpiresAt === undefined) return [];
  return [check.ok(`expires on ${new Date(upstream.secretExpiresAt).toISOString().slice(0, 10)}`)];
}
