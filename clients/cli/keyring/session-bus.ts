import { existsSync } from 'node:fs';
import { join } from 'node:path';

/**
 * Finds the D-Bus of this person's session, by which a Secret Service is reached. On a server, in a container and in CI there
 * is none; then nothing has to be started to find that out, and no D-Bus library starts a bus of its own. A job of cron has
 * no variables, and finds the bus of the desktop where systemd puts it.
 *
 * @param uid of this process, where there are user IDs
 * @returns its address; `undefined` if there is no bus
 * @see https://dbus.freedesktop.org/doc/dbus-specification.html#message-bus-types-login
 */
export function sessionBus(
  { DBUS_SESSION_BUS_ADDRESS: address, XDG_RUNTIME_DIR: folder }: Readonly<Record<string, string | undefined>>,
  uid: number | undefined,
  exists: (path: string) => boolean = existsSync,
): string | undefined {
  if (address) return address === 'disabled:' ? undefined : address;
  const path = join(folder || `/run/user/${uid}`, 'bus');
  return exists(path) ? `unix:path=${path}` : undefined;
}
