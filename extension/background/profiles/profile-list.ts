import type { Account } from '@latchkey/shared/session-api.ts';

/** One account at one provider, as far as it is known without asking the broker. */
export interface Entry {
  /** Name of its session's key. */
  id: string;
  /** Whose it is, from the sign-in on; it stays when the broker ends the session, so that its sites wait for just this account. */
  account?: Account | undefined;
}

/** Which accounts there are, and which site has which: what outlives the browser. */
export interface ProfileList {
  /** In the order in which they were added; never empty. */
  entries: Entry[];
  /** The profile of every site that has none of its own. */
  main: string;
  /** Origin → the profile that the person chose there. */
  sites: Record<string, string>;
  /** What the next account will be: made before its sign-in, and taken up again after one that was interrupted. */
  next?: string | undefined;
}

/** The id of the first profile: its key had this name before there were profiles. */
export const firstProfile = 'session';

export const noAccounts: ProfileList = { entries: [{ id: firstProfile }], main: firstProfile, sites: {} };

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
  /** The profile whose place was taken, since the account was there already: it is never there twice. */
  twin?: string | undefined;
  /** The profile of the account that was expected instead, whose sites wait for it. */
  left?: string | undefined;
}

/**
 * Somebody has signed in with a profile's key. Beside other accounts, whoever was expected there stays in the list
 * under another id, signed out: no site gets an account because it was signed in to in place of another one.
 *
 * @param newId an id that is not in use
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

/** Without an account. Its sites have the main one from then on; the last profile stays, with nobody in it. */
export function without(list: ProfileList, id: string): ProfileList {
  const entries = list.entries.filter((entry) => entry.id !== id);
  const [first] = entries;
  if (!first) return { entries: [{ id }], main: id, sites: {} };
  const sites = Object.fromEntries(Object.entries(list.sites).filter(([, chosen]) => chosen !== id));
  return { ...list, entries, sites, main: list.main === id ? first.id : list.main };
}

/** With nobody in an account's place, which stays: no other account gets it, or its sites. */
export const vacated = (list: ProfileList, id: string): ProfileList => ({
  ...list,
  entries: list.entries.map((entry) => (entry.id === id ? { id } : entry)),
});
