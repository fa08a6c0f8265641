import { hostname, userInfo } from 'node:os';
import type { Operator } from '../store/store.ts';
import { UsageError } from './usage-error.ts';

/** What `--help` prints about `--by`. @param width of the column with the options */
export const byUsage = (width: number): string =>
  `${'--by WHO'.padEnd(width)}who you are, or why you do this, for the audit log: "Ada, ticket 4711"`;

const longestBy = 200;

/**
 * Who runs this command, for the audit log: the user of the operating system, and what `--by` says. With sudo, it is the
 * user who called it: root could be anyone.
 *
 * @throws UsageError
 */
export function operatorOf(by: string | undefined): Operator {
  if (by !== undefined && (by.trim() === '' || by.length > longestBy || /\p{C}/u.test(by))) {
    throw new UsageError(`--by must be a line of 1 to ${longestBy} characters, such as "Ada, ticket 4711"`);
  }
  return { user: userName(), host: hostname(), ...(by === undefined ? {} : { by }) };
}

function userName(): string {
  const uid = process.getuid?.();
  const { SUDO_USER } = process.env;
  if (uid === 0 && SUDO_USER) return SUDO_USER;
  try {
    return userInfo().username;
  } catch {
    // In a container, the user ID often has no name.
    return `uid ${uid}`;
  }
}
