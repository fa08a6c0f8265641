import type { Account } from '#shared/session-api.ts';

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

/** Somebody has signed in. Who was there already, under another id, is replaced: an account is never there twice. */
export function withAccount(list: ProfileList, id: string, account: Account): { list: ProfileList; twin?: string } {
  const twin = list.entries.find((entry) => entry.id !== id && entry.account?.sub === account.sub)?.id;
  const known = list.entries.some((entry) => entry.id === id);
  const rest = twin !== undefined && known ? list.entries.filter((entry) => entry.id !== twin) : list.entries;
  const entries = rest.map((entry) => (entry.id === id || entry.id === twin ? { id, account } : entry));
  if (twin === undefined && !known) entries.push({ id, account });
  const renamed = (old: string): string => (old === twin ? id : old);
  const sites = Object.fromEntries(Object.entries(list.sites).map(([origin, old]) => [origin, renamed(old)]));
  const next = list.next === id ? undefined : list.next;
  return { list: { entries, main: renamed(list.main), sites, next }, ...(twin === undefined ? {} : { twin }) };
}

/** Without an account. Its sites have the main one from then on; the last profile stays, with nobody in it. */
export function without(list: ProfileList, id: string): ProfileList {
  const entries = list.entries.filter((entry) => entry.id !== id);
  const [first] = entries;
  if (!first) return { entries: [{ id }], main: id, sites: {} };
  const sites = Object.fromEntries(Object.entries(list.sites).filter(([, chosen]) => chosen !== id));
  return { ...list, entries, sites, main: list.main === id ? first.id : list.main };
}
