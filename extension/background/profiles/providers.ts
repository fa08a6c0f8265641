import type { StoredValue } from '../../platform/stored-value.ts';
import type { ManagedPolicy } from '../../protocol/managed-policy.ts';
import { createSingleFlight } from '../single-flight.ts';

export interface ProvidersDeps {
  /** Asks the broker. */
  ask(): Promise<string[]>;
  /** In memory. Requested once per browser start. */
  known: StoredValue<string[]>;
  managed(): Promise<Pick<ManagedPolicy, 'provider'>>;
  /** The broker answered. */
  changed(): void;
}

/**
 * The names of the providers that a user can choose from. It never waits for the broker. Names that aren't known yet
 * arrive with a later change event.
 *
 * @returns nothing if there is no choice, because there is one provider or the organization's policy names one
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
    // If the request fails, the next call retries.
    if (!names) void flights.run('ask', learn).catch(() => undefined);
    return names && names.length > 1 ? names : [];
  };
}
