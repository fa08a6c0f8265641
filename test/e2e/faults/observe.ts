import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { stringify } from 'yaml';
import type { Finding } from '../../../broker/doctor/finding.ts';
import { brokerVersion } from '../../../broker/store/broker-version.ts';
import { english } from '../../../broker/web/pages/languages.ts';
import { spawnCli } from '../../../demo/program.ts';
import { createSessionClient } from '../kit/session-client.ts';
import type { Visit } from '../kit/visitor.ts';
import { asWithDns } from './as-with-dns.ts';
import type { Fault } from './fault.ts';
import { openScene, type Scene } from './scene.ts';

/** What each part says of a fault, in its own words, but with the names of this run replaced. */
export interface Observation {
  /** The problems, each with its cure. */
  doctor: string[];
  /** What `latchkey serve` says when it does not start. */
  serve: string;
  page: string;
  log: string[];
}

/** Makes a fault happen in real programs, and collects what they say. */
export async function observe(fault: Fault): Promise<Observation> {
  const scene = await openScene();
  try {
    await fault.before?.(scene);
    await scene.startProvider();
    const serve = await serveOf(fault, scene);
    await fault.after?.(scene);
    if (fault.signInFirst) await signInAtExtension(scene);
    const [findings, visit] = await Promise.all([
      scene.doctor(),
      fault.broker === undefined ? scene.signIn() : undefined,
    ]);
    const plain = (text: string) => withoutNames(text, scene);
    return {
      doctor: findings.filter(({ level }) => level !== 'ok').map((finding) => plain(inWords(finding))),
      serve: plain(serve),
      page: plain(visit === undefined ? '' : pageInWords(visit, scene)),
      log: [...new Set(scene.logged.flatMap((line) => lineInWords(line)).map(plain))],
    };
  } finally {
    await scene.close();
  }
}

async function serveOf({ broker, command = ['serve'] }: Fault, scene: Scene): Promise<string> {
  if (broker === 'none') return 'not started';
  if (broker === undefined) {
    await scene.start();
    return '';
  }
  const name = `latchkey ${command.join(' ')}`;
  const file = join(scene.dir, 'latchkey.yaml');
  await writeFile(file, stringify(scene.tree));
  const child = spawnCli([...command, '--config', file], { stdio: ['ignore', 'pipe', 'pipe'] });
  let said = '';
  const isOver = once(child, 'close');
  for (const stream of [child.stdout, child.stderr])
    stream?.on('data', (chunk) => {
      said += chunk;
      if (broker === 'waits' && said.includes('\n')) child.kill();
    });
  const [code] = await isOver;
  if (broker === 'waits') return said.trim().split('\n').flatMap(lineInWords).join('<br>');
  if (code === 0) throw new Error(`${name} has ended without an error`);
  return command[0] === 'serve' ? said.trim() : `\`${name}\`: ${said.trim()}`;
}

/** As the extension does it. The site then asks for a token. */
async function signInAtExtension({ origins }: Scene): Promise<void> {
  const session = await createSessionClient(origins.broker, undefined, origins.idp);
  await session.signIn();
  await session.call('POST', '/session/token', { origin: origins.shop, resource: origins.api, scope: 'orders:read' });
}

const inWords = (finding: Finding): string =>
  `${finding.level === 'failed' ? '✗' : '!'} **${finding.check}**: ${finding.what}${'cure' in finding ? `<br>→ ${finding.cure}` : ''}`;

function pageInWords(visit: Visit | { error: unknown }, { origins, tree }: Scene): string {
  if ('error' in visit) return 'none: the browser shows its own error';
  const { url, text, ended, status } = visit;
  if (!ended) return `the browser is sent to ${url.host}, which does not exist`;
  const first = (pattern: RegExp) =>
    pattern
      .exec(text)?.[1]
      ?.replace(/<[^>]*>/g, '')
      .trim();
  const title = first(/<h1[^>]*>(.*?)<\/h1>/s) ?? first(/<title>(.*?)<\/title>/s);
  if (url.origin === origins.idp) return `a page of the provider (HTTP ${status})`;
  if (url.origin !== tree.issuer || title === undefined) return `a page of something else (HTTP ${status})`;
  const isFine = url.pathname === '/account' && status === 200 && unescaped(title) === english.words.account.title;
  if (isFine) return 'the account page';
  const lead = first(/<p class="lead">(.*?)<\/p>/s);
  const details = lead?.endsWith(':') ? ' (error and request ID)' : '';
  return `“${unescaped(title)}”${lead === undefined ? '' : ` ${unescaped(lead)}${details}`}`;
}

const unescaped = (text: string): string =>
  text
    .replaceAll('&#39;', "'")
    .replaceAll('&quot;', '"')
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&amp;', '&');

/** Members that differ from run to run. */
const varying = new Set([
  'time',
  'level',
  'event',
  'request_id',
  'trace_id',
  'span_id',
  'sign_in',
  'path',
  'idp_sub',
  'ms',
  'address',
]);

/** Warnings and errors, and refusals. The line of each request, and what a healthy broker says, are left out. */
function lineInWords(line: string): string[] {
  const parsed = JSON.parse(line) as Record<string, unknown> & { level: string; event: string };
  if (parsed.level === 'info' && parsed.event !== 'refused') return [];
  const members = Object.entries(parsed)
    .filter(([name]) => !varying.has(name))
    .map(([name, value]) => `${name}: ${value}`);
  return [`\`${parsed.event}\` (${parsed.level}) ${members.join('; ')}`];
}

/** Replaces addresses, paths and dates of this run by ones that a reader expects. */
function withoutNames(text: string, { origins, ports, dir, tree, upstream }: Scene): string {
  const isBehindTls = String(tree.issuer).startsWith('https:');
  const { host, port } = new URL(String(upstream.issuer));
  const replacements: [string | RegExp, string][] = [
    [`https://localhost:${ports.shop}`, 'https://latchkey.example.com'],
    [`localhost:${ports.shop}`, 'latchkey.example.com:443'],
    [origins.broker, isBehindTls ? 'http://127.0.0.1:8787' : 'https://latchkey.example.com'],
    [`localhost:${ports.broker}`, 'latchkey.example.com:443'],
    [String(upstream.issuer), 'https://idp.example.com'],
    [origins.idp, 'https://idp.example.com'],
    [host, port === '' ? 'idp.example.com' : 'idp.example.com:443'],
    [/\blocalhost\b/g, isBehindTls ? 'latchkey.example.com' : 'idp.example.com'],
    [`:${ports.idp}`, ':443'],
    [`:${ports.api}`, ':5432'],
    [`:${ports.broker}`, ':8787'],
    [`:${ports.admin}`, ':8788'],
    [String(ports.admin), '8788'],
    [/[0-9A-F]{12,16}:error:[^\n]*\n?/g, 'wrong version number'],
    [`${dir}/`, '/etc/latchkey/'],
    [/\.\/(?=latchkey\.db|keys)/g, '/etc/latchkey/'],
    [`this is version ${brokerVersion}`, 'this is version 0.1.0'],
    [/\b20(?!20)\d\d-\d\d-\d\d\b/g, 'DATE'],
    [/\b3[56]\d\d s (?=ahead|behind)/g, '3600 s '],
    [/\bID \d+(?= write)/g, 'ID 1000'],
  ];
  return replacements.reduce(
    (result, [from, to]) => result.replaceAll(from, to),
    asWithDns(text, String(upstream.issuer)),
  );
}
