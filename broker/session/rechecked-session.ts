import type { Deps } from '../deps.ts';
import type { AuthenticatedSession } from '../middleware/require-session.ts';
import type { Session } from '../store/store.ts';

/** The session as it stands once the provider has been asked, where a hint said that it should be. */
export async function rechecked(deps: Deps, { row, secret }: AuthenticatedSession): Promise<Session> {
  if (row.state !== 'recheck') return row;
  const person = await deps.store.getPerson(row.sub);
  if (!person) return row;
  await deps.refresher({ kind: 'session', id: row.id, secret: secret.secret, idpSub: person.idpSub, row });
  return (await deps.store.getSession(row.id)) ?? row;
}
