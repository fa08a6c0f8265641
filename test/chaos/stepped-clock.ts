import { readFileSync } from 'node:fs';

/**
 * Loaded into a broker process before its own code (`node --import`). It shifts the process's clock by the number of
 * milliseconds in the file that `CHAOS_CLOCK` names. It rereads the file each time.
 */
const file = process.env.CHAOS_CLOCK ?? '';
const realNow = Date.now.bind(Date);
let offset = 0;

function read(): void {
  try {
    offset = Number(readFileSync(file, 'utf8')) || 0;
  } catch {
    // The file doesn't exist yet.
  }
}

read();
setInterval(read, 200).unref();
Date.now = () => realNow() + offset;
