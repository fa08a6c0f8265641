import { parseArgs } from 'node:util';
import { openRingOf } from '../keys/reloadable-ring.ts';
import { createLog } from '../log.ts';
import { type Erased, erasePerson } from '../revocation/erase-person.ts';
import type { Person, Store } from '../store/store.ts';
import { storeConfigOf } from './config-option.ts';
import { byUsage } from './operator.ts';
import { peopleOf } from './people-sessions.ts';
import { subcommandOf } from './subcommand.ts';
import { UsageError } from './usage-error.ts';
import { withStore } from './with-store.ts';

/** What `--help` prints. */
export const usage = `Usage: latchkey people erase <--sub SUB | --email EMAIL> [--yes] [--config FILE]

  people erase       erase a person: sessions, devices, consents, name and email address. The audit log keeps number,
                     time and type of its entries and stays verifiable, without the person. This can't be undone
         --yes       do it; without this option, only show who would be erased
         ${byUsage(10)}
`;

/** `latchkey people erase`: works on key file and store, whether or not a broker runs. */
export async function people(argv: readonly string[]): Promise<number> {
  const { values, positionals } = parseArgs({
    args: [...argv],
    options: {
      config: { type: 'string' },
      sub: { type: 'string' },
      email: { type: 'string' },
      yes: { type: 'boolean', default: false },
      by: { type: 'string' },
    },
    allowPositionals: true,
  });
  subcommandOf('people', positionals, values, { erase: ['config', 'sub', 'email', 'yes', 'by'] });
  const { sub, email } = values;
  if ((sub === undefined) === (email === undefined)) throw new UsageError('say who: either --sub or --email');
  const config = storeConfigOf(values.config);
  return withStore(
    config,
    async (store) => {
      const found: Person[] = [];
      for await (const person of peopleOf(store, { sub, email })) found.push(person);
      if (found.length === 0) {
        const who = email === undefined ? `the ID "${sub}"` : `the email address "${email}"`;
        process.stderr.write(
          `latchkey: No one has ${who}. Run "latchkey sessions list" to see who is signed in. Nothing was changed.\n`,
        );
        return 1;
      }
      for (const person of found) process.stdout.write(`${await described(store, person)}\n`);
      if (!values.yes) {
        process.stdout.write("Nothing was changed. Add --yes to erase this. It can't be undone.\n");
        return 0;
      }
      const log = { ...createLog(process.stderr), info: () => undefined };
      const ring = await openRingOf(store, config.keysFile, log);
      for (const person of found) {
        const erased = await erasePerson({ config, store, ring, log, now: () => Date.now() }, person);
        if (erased) process.stdout.write(`${told(person, erased)}\n`);
      }
      process.stdout.write(`${leftToDo}\n`);
      return 0;
    },
    values.by,
  );
}

async function described(store: Store, person: Person): Promise<string> {
  const { sub, name, email, upstream, idpSub } = person;
  const [sessions, devices, consents] = [
    await store.listSessions(sub),
    await store.listDeviceSessions(sub),
    await store.listConsents(sub),
  ];
  return [
    `${sub}  ${printable([name, email].filter((text) => text !== undefined).join(', ') || 'no name')}`,
    `  at ${upstream} as ${printable(idpSub)}`,
    `  ${sessions.length} browser sessions, ${devices.length} devices, ${consents.length} consents`,
  ].join('\n');
}

/** Without control characters from outside, because it goes to an administrator's terminal. */
const printable = (text: string): string => text.replace(/\p{C}/gu, '?');

const told = ({ sub }: Person, { sessions, devices, consents, batches }: Erased): string =>
  `Erased ${sub}: ${sessions} browser sessions, ${devices} devices, ${consents} consents; taken out of ${batches} sealed batches of the audit log.`;

const leftToDo = `Left to do:
  1. If they can still sign in at the identity provider, they come back as a new person. End their account there first.
  2. Access tokens of the last minutes are valid until they expire.
  3. Copies elsewhere still have them: backups of the database, exports of the audit log, log files, and the APIs.`;
