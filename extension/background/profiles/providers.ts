import type { StoredValue } from '../../platform/stored-value.ts';
import type { ManagedPolicy } from '../../protocol/managed-policy.ts';
import { createSingleFlight } from '../single-flight.ts';

export interface ProvidersDeps {
  /** Asks the broker. */
  ask(): Promise<string[]>;
  /** In memory: asked for once in the browser's life. */
  known: StoredValue<string[]>;
  managed(): Promise<Pick<ManagedPolicy, 'provider'>>;
  /** The answer has come. */
  changed(): void;
}

/**
 * The providers that a person can choose from, by their names in the broker's configuration. It keeps nobody waiting:
 * what isn't known yet comes with a change later on.
 *
 * @returns nothing where there is no choice: one provider, or one that the policy of the computer names
 */
export function createProviders({ ask, known, managed, changed }: ProvidersDeps): () => Promise<string[]> {
  const flights = createSingleFlight<void>();
  const learn = async (): Promise<void> => {
    await known.set(await ask());
    changed();
  };
  return async () => {
    if ((await managed()).provider !== undefined) return [];
    const names = await known.get();
    // Who can't be asked now is asked at the next look.
    if (!names) void flights.run('ask', learn).catch(() => undefined);
    return names && names.length > 1 ? names : [];
  };
}
