#!/usr/bin/env node
import { existsSync } from 'node:fs';

// Plain JavaScript, so that an old Node.js can parse this file and print the message below.
const oldest = 24;
if (Number.parseInt(process.versions.node, 10) < oldest) {
  process.stderr.write(
    `latchkey dev needs Node.js ${oldest} or later; this is ${process.versions.node}. Install a newer Node.js and try again.\n`,
  );
  process.exitCode = 1;
} else {
  // A clone runs the source; the installed package runs the build.
  const source = new URL('../main.ts', import.meta.url);
  await import(existsSync(source) ? source.href : new URL('../dist/main.js', import.meta.url).href);
}
