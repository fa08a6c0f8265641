/**
 * Handles readers of the output that go away: `head` closes its pipe early. A command then ends quietly. The broker goes on
 * without a log, because nobody should lose a sign-in over it.
 */
export function endWithReader(then: 'ends' | 'goes on'): void {
  for (const stream of [process.stdout, process.stderr]) {
    stream.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code !== 'EPIPE') throw error;
      if (then === 'ends') process.exit();
      if (stream === process.stdout) tellOnce();
    });
  }
}

let isTold = false;

function tellOnce(): void {
  if (isTold) return;
  isTold = true;
  process.stderr.write('latchkey: nobody reads the log any more (EPIPE on stdout). The broker goes on without it.\n');
}
