import type { Deps } from '../deps.ts';
import type { Session } from '../store/store.ts';
import type { AuthenticatedSession } from './authenticate-session.ts';

/** Returns the session after asking the provider, if a hint required that. */
export async function rechecked(
  { store, refresher }: Pick<Deps, 'store' | 'refresher'>,
  { row, secret }: AuthenticatedSession,
): Promise<Session> {
  if (row.state !== 'recheck') return row;
  const person = await store.getPerson(row.sub);
  if (!person) return row;
  await refresher({ kind: 'session', id: row.id, secret: secret.secret, idpSub: person.idpSub, row });
  return (await store.getSession(row.id)) ?? row;
}
