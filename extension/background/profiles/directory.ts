import type { Organization, Provider, UpstreamsAnswer } from '@latchkey/shared/session-api.ts';
import type { StoredValue } from '../../platform/stored-value.ts';
import type { ManagedPolicy } from '../../protocol/managed-policy.ts';
import { createSingleFlight } from '../single-flight.ts';

export interface DirectoryDeps {
  /** Asks the broker. */
  ask(): Promise<UpstreamsAnswer>;
  /** In memory. Requested once per browser start. */
  known: StoredValue<UpstreamsAnswer>;
  managed(): Promise<Pick<ManagedPolicy, 'provider'>>;
  /** What the build says of the organization, for when the broker can't be reached. */
  baked: Organization | undefined;
  /** The broker answered. */
  changed(): void;
}

/** What the broker says of its providers and of its organization, as people see them. */
export interface Directory {
  providers: Provider[];
  /**
   * The providers that a user can choose from: none if there is no choice, because there is one provider or the
   * organization's policy names one.
   */
  choices: Provider[];
  organization: Organization | undefined;
}

/** Reads the directory. It never waits for the broker: what isn't known yet arrives with a later change event. */
export function createDirectory({ ask, known, managed, baked, changed }: DirectoryDeps): () => Promise<Directory> {
  const flights = createSingleFlight<void>();
  const learn = async (): Promise<void> => {
    await known.set(await ask());
    changed();
  };
  return async () => {
    const answer = await known.get();
    // If the request fails, the next call retries.
    if (!answer) void flights.run('ask', learn).catch(() => undefined);
    const { upstreams = [], providers = upstreams.map((name: string) => ({ name, label: name })) } = answer ?? {};
    const isChoice = providers.length > 1 && (await managed()).provider === undefined;
    return { providers, choices: isChoice ? providers : [], organization: answer?.organization ?? baked };
  };
}
