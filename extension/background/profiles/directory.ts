import type { Organization, Provider, UpstreamsAnswer } from '@latchkey/shared/session-api.ts';
import type { StoredValue } from '../../platform/stored-value.ts';
import type { ManagedPolicy } from '../../protocol/managed-policy.ts';
import type { ProviderView } from '../../protocol/ui.ts';
import { createSingleFlight } from '../single-flight.ts';

export interface DirectoryDeps {
  /** Asks the broker. */
  ask(): Promise<UpstreamsAnswer>;
  /** In memory. Requested once per browser start. */
  known: StoredValue<UpstreamsAnswer>;
  /** On disk: the name of the provider of the last sign-in. */
  last: Pick<StoredValue<string>, 'get'>;
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
   * organization's policy names one. The last used one comes first.
   */
  choices: ProviderView[];
  organization: Organization | undefined;
}

export interface DirectoryReader {
  /** Reads the directory. It never waits for the broker: what isn't known yet arrives with a later change event. */
  (): Promise<Directory>;
  /**
   * The same, but asks the broker first if it has to.
   *
   * @throws {LatchkeyError} if the broker can't be reached
   */
  load(): Promise<Directory>;
}

export function createDirectory({ ask, known, last, managed, baked, changed }: DirectoryDeps): DirectoryReader {
  const flights = createSingleFlight<void>();
  const learn = (): Promise<void> =>
    flights.run('ask', async () => {
      await known.set(await ask());
      changed();
    });
  const view = async (answer: UpstreamsAnswer | undefined): Promise<Directory> => {
    const upstreams: string[] = answer?.upstreams ?? [];
    const providers: Provider[] = answer?.providers ?? upstreams.map((name) => ({ name, label: name }));
    const isChoice = providers.length > 1 && (await managed()).provider === undefined;
    const used = isChoice ? await last.get() : undefined;
    const choices: ProviderView[] = providers.map((each) => (each.name === used ? { ...each, isLast: true } : each));
    const first = choices.filter(({ name }) => name === used);
    const others = choices.filter(({ name }) => name !== used);
    return { providers, choices: isChoice ? [...first, ...others] : [], organization: answer?.organization ?? baked };
  };
  const read = async (): Promise<Directory> => {
    const answer = await known.get();
    // If the request fails, the next call retries.
    if (!answer) void learn().catch(() => undefined);
    return view(answer);
  };
  const load = async (): Promise<Directory> => {
    if (!(await known.get())) await learn();
    return view(await known.get());
  };
  return Object.assign(read, { load });
}
