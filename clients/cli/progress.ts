import type { Io } from './io.ts';

const frames = ['⠋', '⠙', '⠹', '⠸', '⠼', '⠴', '⠦', '⠧', '⠇', '⠏'];

const clock = (seconds: number) => `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}`;

/** Shows the remaining time: one updating line on a terminal, otherwise a line per minute. */
export function createProgress({ err, errIsTerminal }: Pick<Io, 'err' | 'errIsTerminal'>) {
  let turn = 0;
  let saidMinutes = Number.POSITIVE_INFINITY;

  return {
    waiting(secondsLeft: number, unreachable: boolean): void {
      const what = unreachable ? 'Broker not responding. Retrying…' : 'Waiting for approval…';
      if (errIsTerminal) {
        err(`\r\x1b[K${frames[turn % frames.length]} ${what} (expires in ${clock(secondsLeft)})`);
        turn += 1;
        return;
      }
      const minutes = Math.ceil(secondsLeft / 60);
      if (minutes >= saidMinutes) return;
      saidMinutes = minutes;
      err(`${what} (expires in ${minutes} min)\n`);
    },
    /** Removes the line. */
    end(): void {
      if (errIsTerminal && turn > 0) err('\r\x1b[K');
      turn = 0;
    },
  };
}
