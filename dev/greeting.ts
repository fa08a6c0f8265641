import { relative } from 'node:path';
import { upstreamName } from './broker-config.ts';
import type { Settings } from './settings.ts';
import type { Stack } from './stack.ts';

/** What the terminal shows once everything runs: who can sign in, and the lines for the page and the API. */
export function greeting(stack: Stack, { users, sections }: Settings, browserOpened: boolean): string {
  const [resource = '', details] = Object.entries(sections.resources)[0] ?? [];
  const scopes = Object.keys((details as { scopes?: object } | undefined)?.scopes ?? {}).slice(0, 1);
  const wanted = `${quoted(resource)}, scopes: [${scopes.map(quoted).join(', ')}]`;
  const attributes = `resource="${resource}" scopes={[${scopes.map(quoted).join(', ')}]}`;
  return `
Latchkey runs for ${stack.sites().join(', ')}. Ctrl-C ends it.

  broker  ${stack.broker}  (log: ${here(stack.brokerLog)})
${browserOpened ? '' : loadByHand(stack)}
People who can sign in:
${table(users.map(({ username, password, groups }) => [username, password, groups.map((group) => `${upstreamName}:${group}`).join(', ')]))}

In a React page:

  import { LatchkeyProvider, RequireAccess, useLatchkey } from '@latchkey/react';
  <LatchkeyProvider ${attributes}>
    <RequireAccess><App /></RequireAccess>
  </LatchkeyProvider>
  const { fetch } = useLatchkey(); // in App: fetch('${resource}/…') sends the token

In any other page:

  import { connect } from '@latchkey/page';
  const lk = await connect({ resource: ${wanted} });
  button.onclick = async () => {
    const response = await lk.fetch('${resource}/…', { interactive: 'if_needed' });
  };

In the API (Node; also for Express, Fastify, Hono and fetch handlers):

  import { createServer } from 'node:http';
  import { cors, guard } from '@latchkey/api/node';
  import { verifier } from '@latchkey/api';
  const verify = verifier({ issuer: ${quoted(stack.broker)}, audience: ${quoted(resource)} });
  const handler = guard(verify)({ scopes: [${scopes.map(quoted).join(', ')}] })((req, res, { sub }) => res.end(sub));
  createServer(cors({ origins: [${stack.sites().map(quoted).join(', ')}] })(handler)).listen(${portOf(resource)});

`;
}

/** Where an API listens that is at this address. */
function portOf(url: string): string {
  const { port, protocol } = new URL(url);
  return port || (protocol === 'https:' ? '443' : '80');
}

const quoted = (text: string): string => `'${text}'`;

const loadByHand = ({ extensionDir, sites }: Stack): string => `
Load the extension in a browser, and open ${sites()[0]}:
  Chromium, Chrome, Edge: chrome://extensions, “Developer mode”, “Load unpacked”: ${here(extensionDir)}/chrome
  Firefox: about:debugging#/runtime/this-firefox, “Load Temporary Add-on…”: ${here(extensionDir)}/firefox/manifest.json
`;

function table(rows: string[][]): string {
  const width = (column: number) => Math.max(...rows.map((row) => row[column]?.length ?? 0));
  return rows
    .map((row) => `  ${row.map((cell, column) => cell.padEnd(width(column))).join('  ')}`.trimEnd())
    .join('\n');
}

const here = (path: string): string => {
  const short = relative(process.cwd(), path);
  return short.startsWith('..') ? path : short;
};
