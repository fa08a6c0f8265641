#!/usr/bin/env node

// Docker finds a credential helper by the name of its program.
process.argv.splice(2, 0, 'docker-credential');
await import('./latchkey.js');
