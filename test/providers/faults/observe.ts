import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parse, stringify } from 'yaml';
import type { Finding } from '../../../broker/doctor/finding.ts';
import { asWithDns } from '../../e2e/faults/as-with-dns.ts';
import { alarmsOf, runDoctor } from '../run-doctor.ts';
import type { Stack } from '../stack.ts';
import type { FaultScene, ProviderFault } from './fault.ts';

/** What `latchkey doctor` made of a fault. */
export interface Observation {
  exitCode: number;
  /** Its warnings and failures, with the names of this run replaced. */
  said: string[];
  /** What a person saw. */
  seen: string | undefined;
  /** Why that is not what it had to say. */
  wrong: string | undefined;
  /** Why it had to say nothing, though something is not as it should be. */
  harmless: string | undefined;
}

/** Makes a fault happen, and has the doctor look. */
export async function observe(stack: Stack, fault: ProviderFault): Promise<Observation> {
  const tree: FaultScene['tree'] = parse(await readFile(stack.configFile, 'utf8'));
  const upstream = tree.upstreams[stack.name] ?? {};
  const issuer = String(upstream.issuer);
  const discovery = `${issuer}/.well-known/openid-configuration`;
  const { token_endpoint: token } = (await (await fetch(discovery)).json()) as { token_endpoint: string };
  const paths = { discovery: new URL(discovery).pathname, token: new URL(token).pathname };
  await using opened = new AsyncDisposableStack();
  opened.defer(() => stack.address.interfere({}));
  let seen: string | undefined;
  await fault.make({
    stack,
    tree,
    upstream,
    paths,
    saw(words) {
      seen = words;
    },
    defer: (close) => opened.defer(async () => void (await close())),
  });
  const configFile = join(stack.dir, 'faulty.yaml');
  await writeFile(configFile, stringify(tree));
  const diagnosis = await runDoctor(configFile);
  const alarms = alarmsOf(diagnosis).map((finding) => asWithDns(inWords(finding, stack.name), String(upstream.issuer)));
  const harmless = Object.entries(fault.harmless ?? {}).find(([start]) => stack.name.startsWith(start))?.[1];
  return {
    exitCode: diagnosis.exitCode,
    said: alarms.map((line) => withoutNames(line, stack, String(upstream.issuer))),
    seen,
    wrong: judge(alarms, diagnosis.exitCode, harmless === undefined ? fault.tells : 'nothing'),
    harmless,
  };
}

function judge(alarms: readonly string[], exitCode: number, tells: ProviderFault['tells']): string | undefined {
  if (tells === 'nothing') return alarms.length + exitCode === 0 ? undefined : `a false alarm: ${alarms.join('; ')}`;
  const told = alarms.find((line) => tells.test(line));
  if (told === undefined) return `it said: ${alarms.join('; ') || 'nothing'}`;
  // Warnings don't count for the exit code.
  const right = alarms.some((line) => line.startsWith('✗')) ? 1 : 0;
  return exitCode === right ? undefined : `the exit code is ${exitCode}, not ${right}`;
}

const inWords = ({ level, check, what }: Finding, name: string): string =>
  `${level === 'failed' ? '✗' : '!'} ${check.replace(`${name}: `, '')}: ${what}`;

/** Replaces what differs from run to run, and from provider to provider. */
function withoutNames(line: string, { name, origins, provider }: Stack, configured: string): string {
  const issuers = [configured, String(provider.upstream.issuer), origins.idp];
  const places = issuers.map((issuer) => new URL(issuer));
  const replacements: [string | RegExp, string][] = [
    ...issuers.map((issuer): [string, string] => [issuer, 'https://idp.example.com']),
    ...places.flatMap(({ host, hostname, port }): [string, string][] => [
      [host, port === '' ? 'idp.example.com' : 'idp.example.com:443'],
      [hostname, 'idp.example.com'],
    ]),
    ['idp.example.com:443/', 'idp.example.com/'],
    [`upstreams.${name}.`, 'upstreams.NAME.'],
    [`${name}:staff`, 'NAME:staff'],
    [`${name}:guests`, 'NAME:guests'],
    [/\b3[56]\d\d s (?=ahead|behind)/g, '3600 s '],
    [/(?<=ory_|code=)[\w.-]{20,}/g, '…'],
  ];
  return replacements.reduce((result, [from, to]) => result.replaceAll(from, to), line);
}
