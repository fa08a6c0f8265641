import { emailKey } from '../store/email-key.ts';
import type { DeviceSession, Person, Session, Store } from '../store/store.ts';

/** A session or a device, with its person. */
export type Owned =
  | { kind: 'browser'; person: Person; session: Session }
  | { kind: 'device'; person: Person; session: DeviceSession };

/** Selects sessions. An empty filter selects all. */
export interface Which {
  /** The broker's `sub`. */
  sub?: string | undefined;
  email?: string | undefined;
  /** A session's ID, as shown by `sessions list`. */
  id?: string | undefined;
  /** Only devices of this client, which is a key under `devices` in the configuration. */
  client?: string | undefined;
}

const page = 200;

/** All live sessions, one person at a time. */
export async function* sessionsOf(store: Store, { sub, email, id, client }: Which): AsyncGenerator<Owned> {
  if (id !== undefined) {
    const found = await sessionById(store, id);
    if (found) yield found;
    return;
  }
  for await (const person of peopleOf(store, { sub, email })) {
    const browsers = client === undefined ? await store.listSessions(person.sub) : [];
    for (const session of browsers) yield { kind: 'browser', person, session };
    for (const session of await store.listDeviceSessions(person.sub)) {
      if (client === undefined || session.clientId === client) yield { kind: 'device', person, session };
    }
  }
}

async function sessionById(store: Store, id: string): Promise<Owned | undefined> {
  const browser = await store.getSession(id);
  const session = browser ?? (await store.getDeviceSession(id));
  const person = session && (await store.getPerson(session.sub));
  if (!session || !person || session.state === 'ended') return undefined;
  return browser
    ? { kind: 'browser', person, session: browser }
    : { kind: 'device', person, session: session as DeviceSession };
}

/** One person at a time. */
export async function* peopleOf(store: Store, { sub, email }: Which): AsyncGenerator<Person> {
  if (sub !== undefined) {
    const person = await store.getPerson(sub);
    if (person && (email === undefined || emailKey(person.email ?? '') === emailKey(email))) yield person;
    return;
  }
  for (let after: string | undefined; ; ) {
    const people = await store.findPeople({ email }, { after, limit: page });
    yield* people;
    if (people.length < page) return;
    after = people.at(-1)?.sub;
  }
}
