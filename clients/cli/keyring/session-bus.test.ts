import { expect, it } from 'vitest';
import { sessionBus } from './session-bus.ts';

const address = 'unix:path=/run/user/1000/bus';
const exists = (path: string) => path === '/run/user/1000/bus';

it.each<[string, Record<string, string>, number | undefined, string | undefined]>([
  ['of a desktop', { DBUS_SESSION_BUS_ADDRESS: 'unix:abstract=/tmp/dbus-x' }, 1_000, 'unix:abstract=/tmp/dbus-x'],
  ['of a login without that variable', { XDG_RUNTIME_DIR: '/run/user/1000' }, 1_000, address],
  ['for a job of cron, while its person has a session', {}, 1_000, address],
  ['for a job of cron otherwise', {}, 1_001, undefined],
  ['in a container with a folder', { XDG_RUNTIME_DIR: '/run/user/0' }, 0, undefined],
  ['that is turned off', { DBUS_SESSION_BUS_ADDRESS: 'disabled:' }, 1_000, undefined],
  ['with empty variables', { DBUS_SESSION_BUS_ADDRESS: '', XDG_RUNTIME_DIR: '' }, 1_001, undefined],
  ['without user IDs', {}, undefined, undefined],
])('the bus %s', (_, env, uid, expected) => {
  expect(sessionBus(env, uid, exists)).toBe(expected);
});
