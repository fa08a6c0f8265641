import { describe, expect, it } from 'vitest';
import { browserHere } from './browser.ts';

describe('whether a browser is here', () => {
  it.each<[boolean, string, NodeJS.Platform, Record<string, string>, string?]>([
    [true, 'a Mac', 'darwin', {}],
    [true, 'Windows', 'win32', {}],
    [true, 'Linux with X', 'linux', { DISPLAY: ':0' }],
    [true, 'Linux with Wayland', 'linux', { WAYLAND_DISPLAY: 'wayland-0' }],
    [false, 'Linux without a screen', 'linux', {}],
    [
      false,
      'ssh, X forwarded or not',
      'linux',
      { DISPLAY: 'localhost:10.0', SSH_CONNECTION: '10.0.0.1 1 10.0.0.2 22' },
    ],
    [false, 'ssh to a Mac', 'darwin', { SSH_TTY: '/dev/ttys001' }],
    [false, 'a container', 'linux', { DISPLAY: ':0' }, '/.dockerenv'],
    [false, 'a CI runner', 'linux', { DISPLAY: ':99', CI: 'true' }],
  ])('%s: %s', (expected, _, platform, env, file) => {
    expect(browserHere(env, platform, (path) => path === file)).toBe(expected);
  });
});
