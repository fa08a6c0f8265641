import type { UpstreamConfig } from '../config/types.ts';
import type { Log } from '../log.ts';

const day = 86_400_000;
/** How long before the end operators are told, in milliseconds: a new secret may need somebody else's approval. */
export const warnBeforeMs = 30 * day;

/** A client secret whose end is near, or past. */
export interface ExpiringSecret {
  /** Such as `2027-05-31`. */
  date: string;
  /** Whole days that are left, rounded down. Negative if it is past. */
  daysLeft: number;
  cure: string;
}

/** What the configuration says about the end of a provider's secret, if it is near. */
export function expiringSecret(
  { name, secretExpiresAt }: Pick<UpstreamConfig, 'name' | 'secretExpiresAt'>,
  now: number,
): ExpiringSecret | undefined {
  if (secretExpiresAt === undefined || secretExpiresAt - now >= warnBeforeMs) return undefined;
  return {
    date: new Date(secretExpiresAt).toISOString().slice(0, 10),
    daysLeft: Math.floor((secretExpiresAt - now) / day),
    cure: `Create a new secret at the provider, put it first in the list of secrets of upstreams.${name}, and set client_secret_expires_at to its date. Nobody has to sign in again.`,
  };
}

interface Deps {
  config: { upstreams: ReadonlyMap<string, UpstreamConfig> };
  log: Pick<Log, 'warn'>;
  now: () => number;
}

/** Logs each secret whose end is near. Call it often: it repeats itself once a day. */
export function createSecretExpiryWarnings({ config, log, now }: Deps): () => void {
  const warned = new Map<string, { at: number; of: number | undefined }>();
  return () => {
    for (const upstream of config.upstreams.values()) {
      const [found, last] = [expiringSecret(upstream, now()), warned.get(upstream.name)];
      const isTold = last?.of === upstream.secretExpiresAt && last !== undefined && now() - last.at < day;
      if (!found || isTold) continue;
      warned.set(upstream.name, { at: now(), of: upstream.secretExpiresAt });
      const { date, daysLeft, cure } = found;
      log.warn({ event: 'client_secret_expires', upstream: upstream.name, date, days_left: daysLeft, cure });
    }
  };
}
