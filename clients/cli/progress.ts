import type { LoginState } from '../device/login.ts';
import type { Io } from './io.ts';

const frames = ['⠋', '⠙', '⠹', '⠸', '⠼', '⠴', '⠦', '⠧', '⠇', '⠏'];

type Waiting = Pick<Extract<LoginState, { type: 'waiting' }>, 'seconds_left' | 'unreachable' | 'network_page'>;

const noAnswer = 'Broker not responding. Retrying…';
const networkPage = 'A page of this network is in the way. Sign in to the network in a browser. Retrying…';

const clock = (seconds: number) => `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}`;

/** Shows the remaining time: one updating line on a terminal, otherwise a line per minute. */
export function createProgress({ err, errIsTerminal }: Pick<Io, 'err' | 'errIsTerminal'>) {
  let turn = 0;
  let saidMinutes = Number.POSITIVE_INFINITY;

  return {
    waiting({ seconds_left: secondsLeft, unreachable, network_page }: Waiting): void {
      const what = network_page ? networkPage : unreachable ? noAnswer : 'Waiting for approval…';
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
