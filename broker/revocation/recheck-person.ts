import type { Clock } from '@latchkey/shared/time.ts';
import type { ProviderPerson, Store } from '../store/store.ts';
import type { Publisher } from './publisher.ts';

interface Parts {
  store: Pick<Store, 'addHint' | 'findPeople' | 'recheckEverythingOf'>;
  feed: Publisher;
  now: Clock;
}

/** Longer than a sign-in, and "Allow" of a device, can be under way. */
const rememberMs = 3_600_000;
/** People of one provider who share an e-mail. */
const page = 100;

/**
 * Handles a hint about a person: their sessions and devices get no more tokens until the provider has been asked. Open
 * tabs are told to ask again. A sign-in under way, even a first one, and a device that was allowed but has not fetched
 * its tokens meet the hint when they are stored.
 *
 * @returns the `sub` of each person meant
 */
export async function recheckPerson({ store, feed, now }: Parts, target: ProviderPerson): Promise<string[]> {
  await store.addHint(target, now(), now() + rememberMs);
  const found: string[] = [];
  for (let after: string | undefined; ; ) {
    const people = await store.findPeople(target, { after, limit: page });
    for (const { sub } of people) {
      await store.recheckEverythingOf(sub);
      await feed.publish({ type: 'policy', sub });
      found.push(sub);
    }
    if (people.length < page) return found;
    after = found.at(-1);
  }
}
