import type { LatchkeyError } from '@latchkey/shared/errors.ts';
import type { Account } from '@latchkey/shared/session-api.ts';
import type { StoredValue } from '../../platform/stored-value.ts';
import type { ManagedPolicy } from '../../protocol/managed-policy.ts';
import { expired, policyDenied } from '../errors.ts';
import { createSerialQueue } from '../serial-queue.ts';
import type { Profile, ProfileDeps } from './profile.ts';
import {
  type Entry,
  type ProfileList,
  profileAt,
  recovered,
  type SignedIn,
  vacated,
  withAccount,
  without,
} from './profile-list.ts';

export interface ProfilesDeps {
  /** On disk, because each site must keep its account across browser restarts. */
  kept: StoredValue<ProfileList>;
  create(id: string): Profile;
  /** IDs of the profiles that have a key. */
  ids(): Promise<string[]>;
  managed(): Promise<Pick<ManagedPolicy, 'accounts' | 'provider'>>;
  newId(): string;
  report(error: unknown): void;
}

/** The accounts in this browser profile, and which site has which. */
export interface Profiles {
  /** A site's profile: the chosen one, else the main one. */
  at(origin: string): Promise<Profile>;
  /** The same for many sites at once, by profile ID. It is a snapshot of the current state. */
  where(): Promise<(origin: string) => string>;
  main(): Promise<Profile>;
  all(): Promise<Profile[]>;
  entries(): Promise<Entry[]>;
  /** @throws {LatchkeyError} `expired` if it is gone */
  get(id: string): Promise<Profile>;
  /**
   * Changes a site's account. Without a site, changes all sites without a chosen account. Notifies their pages, and
   * discards everything that was issued for the previous account.
   *
   * @param sub the account that the user chose. Defaults to the profile's account
   * @throws {LatchkeyError} `expired` if the profile has a different account by now
   */
  choose(id: string, origin?: string, sub?: string): Promise<void>;
  /**
   * Signs in to another account. Doesn't add an existing account again.
   *
   * @throws {LatchkeyError} what `SignIn.run` throws, or `policy_denied`
   */
  add(upstream?: string): Promise<void>;
  /** Whether the user can add an account. */
  mayAdd(): Promise<boolean>;
  /** Whether a sign-in that the user asked for is in progress. */
  isSigningIn(): Promise<boolean>;
  /** The user signs out of an account. Removes it from the list, unless it is the last one. */
  signOut(id: string): Promise<void>;
  /**
   * A site signs its account out. If there are other accounts, this one stays in the list, so a page can't switch sites
   * to another account.
   */
  signOutForSite(id: string): Promise<void>;
  authorizing: ProfileDeps['authorizing'];
  signedIn: ProfileDeps['signedIn'];
}

export function createProfiles({ kept, create, ids, managed, newId, report }: ProfilesDeps): Profiles {
  const made = new Map<string, Profile>();
  let memory: Promise<ProfileList> | undefined;
  const inTurn = createSerialQueue();

  const profile = (id: string): Profile => {
    const known = made.get(id) ?? create(id);
    made.set(id, known);
    return known;
  };

  const load = (): Promise<ProfileList> => {
    memory ??= kept.get().then(async (stored) => stored ?? recovered(await ids()));
    // If reading failed, try again next time.
    memory.catch(() => {
      memory = undefined;
    });
    return memory;
  };

  /** The accounts in effect. If the policy allows only one, the others wait until it allows more. */
  const current = async (): Promise<ProfileList> => {
    const list = await load();
    if ((await managed()).accounts === 'many') return list;
    return { ...list, entries: list.entries.filter(({ id }) => id === list.main), sites: {} };
  };

  const change = (next: (list: ProfileList) => ProfileList): Promise<void> =>
    inTurn(async () => {
      const changed = next(await load());
      await kept.set(changed);
      memory = Promise.resolve(changed);
    });

  const main = async (): Promise<Profile> => profile((await current()).main);

  const get = async (id: string): Promise<Profile> => {
    if ((await current()).entries.some((entry) => entry.id === id)) return profile(id);
    throw noLongerThere();
  };

  const accountOf = async (id: string): Promise<Account | undefined> =>
    (await profile(id).session.known())?.account ?? (await current()).entries.find((entry) => entry.id === id)?.account;

  const reserve = async (): Promise<string> => {
    let id = '';
    await change((list) => {
      id = list.next ?? newId();
      return { ...list, next: id };
    });
    return id;
  };

  /** An account from before profiles existed isn't in the list, so asks the broker who it is. */
  const learn = async (): Promise<void> => {
    for (const { id, account } of (await load()).entries) if (!account) await profile(id).session.current();
  };

  const signOut = async (id: string): Promise<void> => {
    const leaving = await get(id);
    const { accounts } = await managed();
    // If the policy allows only one account, waiting accounts don't replace it.
    await change((list) => (accounts === 'one' ? vacated(list, id) : without(list, id)));
    await leaving.session.signOut();
    await leaving.eventStream.update();
    const rest = await main();
    if (rest !== leaving) await rest.events.hint('session');
  };

  return {
    at: async (origin) => profile(profileAt(await current(), origin)),
    async where() {
      const list = await current();
      return (origin) => profileAt(list, origin);
    },
    main,
    all: async () => (await current()).entries.map(({ id }) => profile(id)),
    entries: async () => (await current()).entries,
    get,
    async choose(id, origin, sub) {
      const chosen = await get(id);
      if (sub !== undefined && sub !== (await accountOf(id))?.sub) throw noLongerThere();
      const before = profile(origin === undefined ? (await current()).main : profileAt(await current(), origin));
      await change((list) =>
        origin === undefined ? { ...list, main: id } : { ...list, sites: { ...list.sites, [origin]: id } },
      );
      if (before === chosen) return;
      await before.cache.clear(origin);
      await chosen.events.hint('session');
    },
    async add(upstream) {
      if ((await managed()).accounts === 'one') {
        throw policyDenied('the policy of this computer allows one account');
      }
      await learn();
      const wish = { prompt: 'select_account' as const, ...(upstream === undefined ? {} : { upstream }) };
      await profile(await reserve()).signIn.run(wish);
    },
    mayAdd: async () => (await managed()).accounts === 'many',
    async isSigningIn() {
      const { entries, next } = await load();
      const ids = [...entries.map(({ id }) => id), ...(next === undefined ? [] : [next])];
      return ids.some((id) => made.get(id)?.signIn.isRunning());
    },
    signOut,
    async signOutForSite(id) {
      if ((await current()).entries.length === 1) return signOut(id);
      await (await get(id)).session.signOut();
    },
    async authorizing(id, body) {
      const { entries } = await current();
      const account = entries.find((entry) => entry.id === id)?.account;
      const upstream = (await managed()).provider ?? body.upstream ?? account?.upstream;
      const hint = body.login_hint ?? (entries.length > 1 ? (account?.login_hint ?? account?.email) : undefined);
      return {
        ...body,
        ...(upstream === undefined ? {} : { upstream }),
        ...(hint === undefined ? {} : { login_hint: hint }),
      };
    },
    async signedIn(id, account) {
      let outcome: Omit<SignedIn, 'list'> = {};
      const { accounts } = await managed();
      await change((list) => {
        const { list: changed, ...rest } = withAccount(list, id, account, newId);
        outcome = rest;
        // If the policy allows only one account, keep the latest.
        return accounts === 'one' ? { ...changed, main: id } : changed;
      });
      const { twin, left } = outcome;
      if (left !== undefined) await profile(left).events.hint('session');
      // The new session is valid even if ending the old one fails.
      if (twin !== undefined) profile(twin).session.signOut('replaced').catch(report);
    },
  };
}

const noLongerThere = (): LatchkeyError => expired('this account is no longer there');
