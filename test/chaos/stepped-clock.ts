import { readFileSync } from 'node:fs';

/**
 * Loaded into a broker process before its own code (`node --import`): its clock is the machine's, off by as many
 * milliseconds as the file named by `CHAOS_CLOCK` says at the time.
 */
const file = process.env.CHAOS_CLOCK ?? '';
const realNow = Date.now.bind(Date);
let offset = 0;

function read(): void {
  try {
    offset = Number(readFileSync(file, 'utf8')) || 0;
  } catch {
    // Nobody has set it yet.
  }
}

read();
setInterval(read, 200).unref();
Date.now = () => realNow() + offset;
