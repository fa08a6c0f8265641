import { expect, it } from 'vitest';
import { listenFault } from './listen-fault.ts';

const fault = (syscall: string) =>
  listenFault(Object.assign(new Error(syscall), { code: 'EADDRINUSE', syscall, address: '127.0.0.1', port: 8_787 }));

it.each(['listen', 'bind'])('explains a port that is in use, by %s (bind: in a worker)', (syscall) => {
  expect(fault(syscall)).toBe(
    '127.0.0.1:8787 is already in use (EADDRINUSE). Stop the other program, or change listen or admin_listen.',
  );
});

it('explains no other error', () => {
  expect(fault('connect')).toBeUndefined();
});
