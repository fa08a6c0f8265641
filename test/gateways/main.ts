import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { stopSignal } from '../../demo/stop-signal.ts';
import { scriptOptions } from '../../packaging/script-options.ts';
import { freePort } from '../e2e/kit/ports.ts';
import { apiDown, brokerDown, brokerHangs, type Case, cases } from './cases.ts';
import { type Gateway, startGateway } from './gateway.ts';
import { programNames, providePrograms } from './programs.ts';
import { reportsResource, startStack } from './stack.ts';
import { printTable } from './table.ts';

scriptOptions(
  "npm run test:gateways\n\nTests the files of deploy/gateways/ with the real gateways, in front of the demo's API.",
  {},
);

const say = (line: string) => console.log(line);

stopSignal().addEventListener('abort', () => process.exit(1));

const programs = providePrograms(programNames, say);
const dir = await mkdtemp(join(tmpdir(), 'latchkey-gateways-'));
const stack = await startStack();
const gateways: Gateway[] = [];
const sockets = new Set<Socket>();
let silence: Server | undefined;
/** The failure by gateway and case. Empty if the case passed. */
const results = new Map<string, Map<string, string>>();

async function runAll(columns: readonly Case[]): Promise<void> {
  await Promise.all(
    gateways.map(async (gateway) => {
      const row = results.get(gateway.name) ?? new Map<string, string>();
      results.set(gateway.name, row);
      for (const column of columns) {
        const outcome = await column.run(gateway, stack).then(
          () => '',
          (error: unknown) => (error instanceof Error ? error.message : String(error)),
        );
        row.set(column.name, outcome);
      }
    }),
  );
}

/** Accepts connections and never answers. */
async function startSilence(port: number): Promise<Server> {
  const silence = createServer((socket) => {
    sockets.add(socket);
    // The gateway times out and hangs up, which is expected here.
    socket.on('error', () => {});
  });
  await new Promise<void>((resolve) => silence.listen(port, '127.0.0.1', resolve));
  return silence;
}

try {
  for (const [name, program] of programs) {
    const substitutions = {
      '127.0.0.1:8787': `127.0.0.1:${stack.brokerPort}`,
      '127.0.0.1:9000': `127.0.0.1:${stack.backendPort}`,
      'resource=https://api.example.com': `resource=${stack.origins.api}`,
      'resource=https://reports.example.com': `resource=${reportsResource}`,
      'okta:staff': 'example:staff',
    };
    gateways.push(await startGateway(name, program, { dir, port: await freePort(), substitutions }));
  }
  await runAll(cases);
  await stack.stopBackend();
  await runAll([apiDown]);
  await stack.stopBroker();
  await runAll([brokerDown]);
  silence = await startSilence(stack.brokerPort);
  await runAll([brokerHangs]);
} finally {
  silence?.close();
  for (const socket of sockets) socket.destroy();
  await Promise.all([...gateways.map((gateway) => gateway.close()), stack.stopBackend(), stack.stopBroker()]);
  await rm(dir, { recursive: true, force: true });
}
process.exitCode = printTable(results, say) ? 0 : 1;
