import { isLoopbackHost } from '@latchkey/shared/origin.ts';
import type { Config } from '../config/types.ts';
import { heartbeatMs } from '../events/follow-session.ts';
import { type KeyRing, loadRing } from '../keys/ring.ts';
import { enumerate } from './enumerate.ts';
import { about, type Finding } from './finding.ts';
import { explainNoAnswer, patienceMs } from './no-answer.ts';
import { neededHeaders, type ProbeReport, probeHeader, signProbe } from './probe.ts';
import type { DoctorDeps } from './requests.ts';
import { quoted, readAnswer } from './seen-answer.ts';

const proxy = about('proxy');

/** An address that no client can have (RFC 5737). */
const madeUp = '192.0.2.1';

/** Has the running broker say what the proxies in front of it make of a request and of its event stream. */
export async function checkProxy(deps: DoctorDeps, config: Config): Promise<Finding[]> {
  const ring = ringOf(config);
  // The check of the key file says what is wrong.
  if (!ring) return [];
  const holdMs = deps.holdMs ?? (isPlainLoopback(config) ? 1_500 : heartbeatMs + 1_500);
  const probe = await sendProbe(deps, config.issuer, ring, holdMs);
  if ('problem' in probe) return [probe.problem];
  return [...checkAddress(config, probe.report), ...checkRequestHeaders(probe.report), checkStream(probe, holdMs)];
}

/** Then there is usually no proxy, and all clients are on this machine. */
function isPlainLoopback({ issuer }: Config): boolean {
  const { protocol, hostname } = new URL(issuer);
  return protocol === 'http:' && isLoopbackHost(hostname);
}

function ringOf({ keysFile }: Config): KeyRing | undefined {
  try {
    return loadRing(keysFile);
  } catch {
    return undefined;
  }
}

/** What came through the proxies. */
interface Probed {
  report: ProbeReport;
  /** How long before the end of the stream its first event arrived, in milliseconds. */
  aheadMs: number;
  /** Whether the broker ended the stream, and not something in between. */
  isComplete: boolean;
}

async function sendProbe(
  { fetch, now }: DoctorDeps,
  issuer: string,
  ring: KeyRing,
  holdMs: number,
): Promise<Probed | { problem: Finding }> {
  const url = new URL('/session/events', issuer);
  const markers = Object.fromEntries(neededHeaders.map((name) => [name, 'latchkey-doctor=1']));
  const couldNot = (why: string, cure: string) => ({
    problem: proxy.warning(`couldn't check what reaches the broker: ${why}`, cure),
  });
  try {
    const response = await fetch(url, {
      headers: { ...markers, [probeHeader]: signProbe(ring, { now: now(), holdMs }), 'X-Forwarded-For': madeUp },
      redirect: 'manual',
      signal: AbortSignal.timeout(holdMs + patienceMs),
    });
    if (!/^text\/event-stream\b/.test(response.headers.get('Content-Type') ?? '') || !response.body) {
      const { words, json } = await readAnswer(response, url);
      const said = typeof json?.error_description === 'string' ? `: ${quoted(json.error_description)}` : '';
      return couldNot(
        `${url} returned ${words}${said}; expected an event stream`,
        `Run this command with the same version and key file as the running broker. If they already match, the proxy removes the request header ${probeHeader}, or it treats this path differently: forward every path and header.`,
      );
    }
    return await readStream(response.body);
  } catch (error) {
    const { what, cure } = explainNoAnswer(error, url);
    return couldNot(what, cure);
  }
}

async function readStream(body: ReadableStream<Uint8Array>): Promise<Probed | { problem: Finding }> {
  const text = new TextDecoder();
  let received = '';
  let firstAt: number | undefined;
  try {
    for await (const chunk of body) {
      received += text.decode(chunk, { stream: true });
      if (received.includes('\n\n')) firstAt ??= performance.now();
    }
  } catch {
    // Something in between has cut the stream.
  }
  const data = /^event: probe\ndata: (.+)$/m.exec(received)?.[1];
  if (data === undefined || firstAt === undefined) {
    return {
      problem: proxy.failed('the proxy ended the event stream before its first event arrived', letItStream),
    };
  }
  return {
    report: JSON.parse(data) as ProbeReport,
    aheadMs: performance.now() - firstAt,
    isComplete: received.includes('event: end\n'),
  };
}

function checkAddress(config: Config, report: ProbeReport): Finding[] {
  if (isPlainLoopback(config)) return [];
  const { trustedProxies } = config;
  const { peer, trusted, address, forwarded_for: forwarded } = report;
  const shared = "all clients share one address and one rate limit, and can't be told apart in the logs";
  const setIt =
    'Have the proxy overwrite X-Forwarded-For with the address of its client: nginx: proxy_set_header X-Forwarded-For $remote_addr.';
  if (forwarded === madeUp) {
    return [
      proxy.failed(
        `the proxy passes on X-Forwarded-For as the client sent it and adds no address${trusted ? ', so anyone can pretend to have any address' : `, so ${shared}`}`,
        setIt,
      ),
    ];
  }
  if (forwarded === null) return [proxy.failed(`the proxy sends no X-Forwarded-For, so ${shared}`, setIt)];
  if (!trusted) {
    const plain = peer.replace(/^::ffff:/, '');
    return [
      proxy.failed(
        `the proxy connects from ${plain}, which is not in trusted_proxies (${trustedProxies.join(', ') || 'empty'}), so ${shared}`,
        `Add ${plain}/${plain.includes(':') ? 128 : 32} to trusted_proxies, if that is the address of your proxy.`,
      ),
    ];
  }
  return [proxy.ok(`the broker sees this machine as ${address}, which must be no address of a proxy`)];
}

/** What doesn't work without a header, worst first. */
const uses: Readonly<Record<string, string>> = {
  Cookie: 'nobody can sign in or stay signed in',
  DPoP: 'nobody can sign in with the browser extension',
  'Latchkey-Client': 'nobody can sign in with the browser extension',
  Authorization: 'services that authenticate with HTTP Basic get no token',
};

function checkRequestHeaders({ received }: ProbeReport): Finding[] {
  const missing = neededHeaders.filter((name) => !received.includes(name));
  if (missing.length === 0) return [proxy.ok('all request headers that the broker needs arrive')];
  const costs = new Set(Object.keys(uses).flatMap((name) => (missing.includes(name) ? (uses[name] ?? []) : [])));
  return [
    proxy.failed(
      `the proxy removes the request ${missing.length === 1 ? 'header' : 'headers'} ${enumerate(missing, 'and')}${costs.size === 0 ? '' : `, so ${[...costs].join(', and ')}`}`,
      `Forward every request header unchanged. Look for rules that clear ${enumerate(missing, 'or')}, or that allow only known headers.`,
    ),
  ];
}

function checkStream({ aheadMs, isComplete }: Probed, holdMs: number): Finding {
  if (!isComplete) {
    return proxy.failed(
      `the proxy cut the event stream after ${Math.round(aheadMs / 1_000)} s without an event; the broker sends one every ${heartbeatMs / 1_000} s`,
      letItStream,
    );
  }
  if (aheadMs > holdMs / 2) return proxy.ok('events arrive as they are sent');
  return proxy.failed(
    'the proxy holds back the events of /session/events, so browsers learn late about sign-outs and removed permissions',
    letItStream,
  );
}

const letItStream =
  'Let /session/events stream, unbuffered and for hours: nginx: proxy_buffering off and proxy_read_timeout 1h; Caddy: flush_interval -1; Envoy: timeout: 0s. A CDN in front needs an exception for this path.';
