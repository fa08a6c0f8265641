import type { Clock } from '@latchkey/shared/time.ts';
import { errorSummary, type Log } from '../log.ts';
import type { Rotates, RotationStore } from '../store/store.ts';
import type { Upstream } from './types.ts';

/** Knows which providers rotate refresh tokens: from the configuration, the preset, or the provider's answers. */
export interface Rotation {
  /**
   * Whether a refresh token whose outcome is unknown may have been replaced, so that sending it again after the leeway
   * could look like theft.
   *
   * @throws {StoreUnavailableError} if only the store knows
   */
  mayHaveReplaced(upstream: Upstream): Promise<boolean>;
  /** Learns from a successful refresh. Never throws: the refresh counts even if what it shows can't be stored. */
  learn(upstream: Upstream, sent: string, received: string | undefined): Promise<void>;
}

/** The same is stored again after this long: a replica may have stored the opposite since. */
const repeatMs = 60_000;

export function createRotation({ store, now, log }: { store: RotationStore; now: Clock; log: Log }): Rotation {
  /** What this process stored last, by provider. */
  const noted = new Map<string, { rotates: Rotates; at: number }>();
  return {
    async mayHaveReplaced(upstream) {
      const { config, preset } = upstream;
      const known = stated(upstream) ?? (await store.getRotation(config));
      if (known !== undefined) return known === 'yes';
      return preset.rotates === 'probably' || config.refreshLeewayMs > 0;
    },

    async learn(upstream, sent, received) {
      const { config, preset } = upstream;
      if (stated(upstream) !== undefined) return;
      const isSame = received === undefined || received === sent;
      if (!isSame && !preset.newTokenReplacesOld) return;
      const rotates = isSame ? 'no' : 'yes';
      const last = noted.get(config.name);
      if (last?.rotates === rotates && now() - last.at < repeatMs) return;
      try {
        await store.noteRotation(config, rotates, now());
        noted.set(config.name, { rotates, at: now() });
      } catch (error) {
        log.warn({ event: 'rotation_not_noted', upstream: config.name, cause: errorSummary(error) });
      }
    },
  };
}

/** What needs no learning. */
function stated({ config, preset }: Upstream): Rotates | undefined {
  if (config.rotates !== undefined) return config.rotates;
  return preset.rotates === 'yes' || preset.rotates === 'no' ? preset.rotates : undefined;
}
