import { orNothing, readable } from '@latchkey/shared/readable-parts.ts';
import { type Account, account } from '@latchkey/shared/session-api.ts';
import * as v from 'valibot';
import type { Schema } from '../../platform/stored-value.ts';

/** One account at one provider. It has only what is known without the broker. */
export interface Entry {
  /** Name of its session's key. */
  id: string;
  /**
   * The account, known since its sign-in. It stays when the broker ends the session, so that its sites wait for it.
   */
  account?: Account | undefined;
}

/** The accounts, and which site has which. It survives browser restarts. */
export interface ProfileList {
  /** In the order in which they were added. Never empty. */
  entries: Entry[];
  /** The profile of every site that the user chose no profile for. */
  main: string;
  /** By origin: the profile that the user chose for it. */
  sites: Record<string, string>;
  /** ID of the next account. It is stored before the sign-in, and reused if that sign-in was interrupted. */
  next?: string | undefined;
}

/** ID of the first profile. Its key had this name before there were profiles. */
export const firstProfile = 'session';

export const noAccounts: ProfileList = { entries: [{ id: firstProfile }], main: firstProfile, sites: {} };

/** If the account can't be parsed, treat it like one from before profiles existed. The broker knows who it is. */
const entry = v.object({ id: v.string(), account: orNothing(account) });

/** A stored list. Drops entries that can't be parsed. */
export const profileList: Schema<ProfileList> = v.pipe(
  v.object({
    entries: readable(entry),
    main: v.string(),
    sites: v.record(v.string(), v.string()),
    next: v.optional(v.string()),
  }),
  v.check(({ entries, main }) => entries.some(({ id }) => id === main)),
);

/**
 * Rebuilds a lost list from every profile that has a key. The broker knows the accounts, but which site had which
 * account can't be restored.
 *
 * @param ids profiles that have a key
 */
export function recovered(ids: readonly string[]): ProfileList {
  const [first] = ids;
  if (first === undefined) return noAccounts;
  const main = ids.includes(firstProfile) ? firstProfile : first;
  return { entries: ids.map((id) => ({ id })), main, sites: {} };
}

export const profileAt = ({ main, sites }: ProfileList, origin: string): string => sites[origin] ?? main;

function renamed(list: ProfileList, from: string, to: string): ProfileList {
  const rename = (id: string): string => (id === from ? to : id);
  const sites = Object.entries(list.sites).map(([origin, id]) => [origin, rename(id)]);
  return {
    ...list,
    entries: list.entries.map((entry) => ({ ...entry, id: rename(entry.id) })),
    main: rename(list.main),
    sites: Object.fromEntries(sites),
  };
}

export interface SignedIn {
  list: ProfileList;
  /** The profile that already had this account. The new one replaces it, so no account is listed twice. */
  twin?: string | undefined;
  /** The profile of the account that was expected instead. Its sites wait for it. */
  left?: string | undefined;
}

/**
 * Updates the list after a sign-in with a profile's key. If there are other accounts, the expected account stays in the
 * list under a new ID, signed out. A site never gets a different account just because the user signed in to that one.
 *
 * @param newId creates an ID that isn't in use
 */
export function withAccount(list: ProfileList, id: string, account: Account, newId: () => string): SignedIn {
  const expected = list.entries.find((entry) => entry.id === id)?.account;
  const isOther = expected !== undefined && expected.sub !== account.sub && list.entries.length > 1;
  const left = isOther ? newId() : undefined;
  const before = left === undefined ? list : renamed(list, id, left);
  const twin = before.entries.find((entry) => entry.id !== id && entry.account?.sub === account.sub)?.id;
  const at = twin === undefined ? before : renamed(before, twin, id);
  const entries = at.entries.map((entry) => (entry.id === id ? { id, account } : entry));
  if (!entries.some((entry) => entry.id === id)) entries.push({ id, account });
  const next = list.next === id ? undefined : list.next;
  return { list: { ...at, entries, next }, twin, left };
}

/** Removes an account. Its sites get the main one. The last profile stays, without an account. */
export function without(list: ProfileList, id: string): ProfileList {
  const entries = list.entries.filter((entry) => entry.id !== id);
  const [first] = entries;
  if (!first) return { entries: [{ id }], main: id, sites: {} };
  const sites = Object.fromEntries(Object.entries(list.sites).filter(([, chosen]) => chosen !== id));
  return { ...list, entries, sites, main: list.main === id ? first.id : list.main };
}

/** Removes the account but keeps its place in the list, so that no other account gets its sites. */
export const vacated = (list: ProfileList, id: string): ProfileList => ({
  ...list,
  entries: list.entries.map((entry) => (entry.id === id ? { id } : entry)),
});
