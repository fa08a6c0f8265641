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

/** The same is read and stored again after this long: a replica may have stored the opposite since. */
const repeatMs = 60_000;

export function createRotation({ store, now, log }: { store: RotationStore; now: Clock; log: Log }): Rotation {
  /** What this process has last seen in an answer or in the store, by provider. */
  const noted = new Map<string, { rotates: Rotates; at: number }>();

  const recent = (name: string): Rotates | undefined => {
    const last = noted.get(name);
    return last && now() - last.at < repeatMs ? last.rotates : undefined;
  };

  async function learned({ config }: Upstream): Promise<Rotates | undefined> {
    // `yes` is the careful answer. It saves a read while the leeway runs.
    if (recent(config.name) === 'yes') return 'yes';
    const rotates = await store.getRotation(config);
    if (rotates !== undefined) noted.set(config.name, { rotates, at: now() });
    return rotates;
  }

  return {
    async mayHaveReplaced(upstream) {
      const { config, preset } = upstream;
      const known = stated(upstream) ?? (await learned(upstream));
      if (known !== undefined) return known === 'yes';
      return preset.rotates === 'probably' || config.refreshLeewayMs > 0;
    },

    async learn(upstream, sent, received) {
      const { config, preset } = upstream;
      if (stated(upstream) !== undefined) return;
      const isSame = received === undefined || received === sent;
      if (!isSame && !preset.newTokenReplacesOld) return;
      const rotates = isSame ? 'no' : 'yes';
      if (recent(config.name) === rotates) return;
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
