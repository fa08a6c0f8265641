import { createServer } from 'node:net';
import type { Config, ListenAddress } from '../config/types.ts';
import { about, type Finding } from './finding.ts';
import { ask, type DoctorDeps } from './requests.ts';
import { quoted, readAnswer } from './seen-answer.ts';

/** Whether the broker, or something else, answers at `listen` on this machine. */
export async function findLocalBroker(
  deps: DoctorDeps,
  { issuer, listen }: Config,
): Promise<{ runs: boolean; findings: Finding[] }> {
  const url = `http://${reachable(listen)}/.well-known/oauth-authorization-server`;
  const answer = await ask(deps, url);
  if ('noAnswer' in answer) return { runs: false, findings: [] };
  const { json, words } = await readAnswer(answer.response, url);
  if (json?.issuer === issuer) return { runs: true, findings: [] };
  const other =
    typeof json?.issuer === 'string' ? `a broker with the issuer ${quoted(json.issuer)}` : `something else (${words})`;
  return {
    runs: false,
    findings: [
      about('listen').failed(
        `${other} answers at ${addressInWords(listen)}, the address of "listen"`,
        `Stop it (ss -ltnp shows the process), or set "listen" to another port and point the proxy there.`,
      ),
    ],
  };
}

/** Whether the broker could open its ports. Call it when it doesn't run. */
export async function checkPorts({ listen, adminListen }: Config): Promise<Finding[]> {
  const findings: Finding[] = [];
  for (const [name, address] of [
    ['listen', listen],
    ['admin_listen', adminListen],
  ] as const) {
    const code = await bindingError(address);
    if (code !== undefined)
      findings.push(about(name).failed(`can't listen on ${addressInWords(address)} (${code})`, cureOf(code, name)));
  }
  return findings;
}

/** Opens the port for a moment. @returns the code of the error */
function bindingError({ host, port }: ListenAddress): Promise<string | undefined> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', ({ code }: NodeJS.ErrnoException) => resolve(code ?? 'unknown'));
    server.listen({ host, port, exclusive: true }, () => server.close(() => resolve(undefined)));
  });
}

function cureOf(code: string, name: string): string {
  switch (code) {
    case 'EADDRINUSE':
      return `Another program uses this port: stop it (ss -ltnp shows the process), or set ${name} to another port.`;
    case 'EACCES':
      return `This user may not open the port: set ${name} to a port above 1023, and let the proxy listen on 443.`;
    case 'EADDRNOTAVAIL':
    case 'ENOTFOUND':
      return `This machine doesn't have that address: set ${name} to 127.0.0.1, to 0.0.0.0 in a container, or to one of its own addresses.`;
    default:
      return `Correct ${name}.`;
  }
}

export const addressInWords = ({ host, port }: ListenAddress): string =>
  host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`;

function reachable({ host, port }: ListenAddress): string {
  if (host === '0.0.0.0' || host === '*') return `127.0.0.1:${port}`;
  return host === '::' ? `[::1]:${port}` : addressInWords({ host, port });
}
