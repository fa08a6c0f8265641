#!/usr/bin/env node
import { existsSync } from 'node:fs';

// Plain JavaScript of any age, so that an old Node reads this far and can be told.
const oldest = 24;
if (Number.parseInt(process.versions.node, 10) < oldest) {
  process.stderr.write(
    `Latchkey needs Node.js ${oldest} or later; this is ${process.versions.node}. Install a newer Node.js and try again.\n`,
  );
  process.exitCode = 1;
} else {
  // A clone has the source and runs it as it is; the installed package has what was built from it.
  const source = new URL('main.ts', import.meta.url);
  await import(existsSync(source) ? source.href : new URL('../dist/main.js', import.meta.url).href);
}
