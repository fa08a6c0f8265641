import { StoreRefusesError, StoreUnavailableError } from '../store.ts';

/** invalid_authorization_specification: a class of codes, of which all are about who connects. */
const wrongLogin = '28';

/** What only an administrator can correct. Anything else in these classes is an outage. */
const cures: ReadonlyMap<string, string> = new Map([
  [wrongLogin, 'Correct the user and password in "store", or what pg_hba.conf allows'],
  ['3D000', 'Create the database, or correct its name in "store"'],
  ['42501', 'Grant this user the right to use the schema and to create tables in it'],
]);

/**
 * The store's error for an error of PostgreSQL, or the error itself if it is about the statement.
 *
 * @param state its SQLSTATE. An error without one did not come from the server: the connection failed
 * @see https://www.postgresql.org/docs/current/errcodes-appendix.html
 */
export function storeErrorOf(cause: unknown, state: string | undefined): unknown {
  const cure = state && (cures.get(state) ?? cures.get(state.slice(0, 2)));
  if (cure)
    return new StoreRefusesError(`PostgreSQL refuses the broker: ${reasonOf(cause)} (${state}). ${cure}`, { cause });
  if (!isOutOfReach(cause, state)) return cause;
  return new StoreUnavailableError(`PostgreSQL is out of reach: ${reasonOf(cause)}`, { cause });
}

/**
 * connection_exception, insufficient_resources, operator_intervention (shutdown, canceled by a timeout),
 * read_only_sql_transaction (a standby).
 */
function isOutOfReach(error: unknown, state: string | undefined): boolean {
  if (state === undefined) return error instanceof Error && !(error instanceof TypeError);
  return ['08', '53', '57'].includes(state.slice(0, 2)) || state === '25006';
}

/** Node's message has code and address, such as `connect ECONNREFUSED 127.0.0.1:5432`. A name with two addresses has two. */
function reasonOf(cause: unknown): string {
  if (cause instanceof AggregateError && cause.errors.length > 0) return cause.errors.map(reasonOf).join(', ');
  if (!(cause instanceof Error)) return 'no answer';
  const { code } = cause as NodeJS.ErrnoException;
  const isNamed = typeof code !== 'string' || cause.message.includes(code) || /^\w{5}$/.test(code);
  return isNamed ? cause.message : `${cause.message} (${code})`;
}
