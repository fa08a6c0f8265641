import type { Problem } from '../../protocol/problem.ts';
import { problemText } from '../problem-text.ts';
import type { Findings, Reach } from './findings.ts';

export type Verdict = 'ok' | 'attention' | 'failed' | 'skipped' | 'checking';

/** The result of one check. */
export interface Line {
  id: LineId;
  verdict: Verdict;
  /** The state and what to do, for the user. */
  words: string;
  /** The same for support: in English, whatever the user's language. */
  fact: string;
}

/** In the order in which a token passes through them. */
export const lineIds = [
  'browser',
  'background',
  'policy',
  'broker',
  'access',
  'reach',
  'clock',
  'provider',
  'session',
  'key',
  'stream',
  'sites',
  'attached',
  'problem',
] as const;
export type LineId = (typeof lineIds)[number];

type Say = (name: string, ...substitutions: string[]) => string;
type Finding = Omit<Line, 'id'>;
type Facts = NonNullable<Findings['facts']>;

/** Tokens contain timestamps. With a larger clock difference, an API may reject a valid token. */
const clockToleranceMs = 60_000;

/** Returns a verdict for each check. If an earlier check failed, later ones are marked as not checked. */
export function linesOf(found: Findings, say: Say, tag: string): Line[] {
  const { facts, reach, provider, background } = found;
  const good = (words: string, fact: string): Finding => ({ verdict: 'ok', words, fact });
  const poor = (words: string, fact: string): Finding => ({ verdict: 'attention', words, fact });
  const bad = (words: string, fact: string): Finding => ({ verdict: 'failed', words, fact });
  const wrong = (problem: Problem): Finding =>
    bad(say(...problemText(problem)), `${problem.reason ?? problem.code}: ${problem.message}`);
  const inUnits = (value: number, unit: 'minute' | 'millisecond', unitDisplay: 'long' | 'short') =>
    new Intl.NumberFormat(tag, { style: 'unit', unit, unitDisplay }).format(value);
  const answered = (ms: number): Finding => {
    const duration = inUnits(ms, 'millisecond', 'short');
    return good(say('diag_answered', duration), `${ms} ms`);
  };
  const number = (value: number) => new Intl.NumberFormat(tag).format(value);
  const list = (names: readonly string[]) => new Intl.ListFormat(tag).format(names);
  const waiting: Finding = { verdict: 'checking', words: say('checking'), fact: 'not known yet' };
  const skipped: Finding = { verdict: 'skipped', words: say('diag_skipped_text'), fact: 'not looked at' };

  const ofFacts = (finding: (facts: Facts) => Finding): Finding => {
    if (facts) return finding(facts);
    return background === 'failed' ? skipped : waiting;
  };
  const ofReach = (finding: (reach: Reach) => Finding): Finding =>
    ofFacts(({ broker, around }) => {
      if (!broker || !around.access) return skipped;
      return reach ? finding(reach) : waiting;
    });

  const findings: Record<LineId, () => Finding> = {
    browser: () => good(`${found.browser} · ${say('version', found.version)}`, `${found.browser}, ${found.version}`),
    background() {
      if (background === undefined) return waiting;
      if (background === 'failed') return bad(say('diag_background_failed'), 'no answer');
      return answered(background.ms);
    },
    policy: () =>
      ofFacts(({ around: { policy } }) => {
        const { set, unread } = policy;
        if (unread.length > 0) return poor(say('diag_policy_unread', list(unread)), `unread: ${unread.join(' ')}`);
        if (set.length === 0) return good(say('diag_policy_none'), 'none');
        return good(say('diag_policy_set', list(set)), set.join(' '));
      }),
    broker: () =>
      ofFacts(({ broker }) =>
        broker
          ? good(`${broker.url} – ${say(`broker_${broker.source}`)}`, `${broker.url} (${broker.source})`)
          : bad(say('diag_broker_none'), 'none'),
      ),
    access: () =>
      ofFacts(({ broker, around }) => {
        if (!broker) return skipped;
        return around.access ? good(say('diag_access_ok'), 'allowed') : bad(say('diag_access_failed'), 'not allowed');
      }),
    reach: () => ofReach((reached) => ('error' in reached ? wrong(reached.error) : answered(reached.ms))),
    clock: () =>
      ofReach((reached) => {
        if ('error' in reached || reached.clockMs === undefined) return skipped;
        const seconds = Math.round(reached.clockMs / 1_000);
        if (Math.abs(reached.clockMs) < clockToleranceMs) return good(say('diag_clock_ok'), `${seconds} s ahead`);
        const minutes = inUnits(Math.round(Math.abs(seconds) / 60), 'minute', 'long');
        return poor(say('diag_clock_off', minutes), `${seconds} s ahead`);
      }),
    provider: () =>
      ofReach((reached) => {
        if ('error' in reached) return skipped;
        if (!provider) return waiting;
        if ('error' in provider) return wrong(provider.error);
        return good(say('diag_provider_ok', provider.host), `a sign-in can begin at ${provider.host}`);
      }),
    session: () =>
      ofFacts(({ session }) => {
        if (!session) return poor(say('problem_not_signed_in'), 'signed out');
        if (session.state === 'reauth_required') return poor(say('reauth_text'), session.state);
        return good(say('diag_session_in', session.account), session.state);
      }),
    key: () =>
      ofFacts(({ around: { key }, session }) => {
        if (key === 'held') return good(say('diag_key_held'), 'held, non-extractable');
        if (key === 'extractable') return bad(say('diag_key_bad'), 'extractable');
        return session ? bad(say('diag_key_bad'), 'none, though signed in') : good(say('diag_key_none'), 'none');
      }),
    stream: () =>
      ofFacts(({ stream }) => {
        if (stream === 'open') return good(say('diag_stream_open'), stream);
        return stream === 'idle' ? good(say('diag_stream_idle'), stream) : poor(say('diag_stream_waiting'), stream);
      }),
    sites: () =>
      ofFacts(({ session, around: { sites } }) => {
        if (!session) return skipped;
        const served = sites.filter(({ reachable, bridge }) => reachable && bridge).length;
        const fact = `${served} of ${sites.length} have the bridge`;
        if (sites.length === 0) return good(say('no_sites'), fact);
        if (served === sites.length) return good(say('diag_sites_all', number(served)), fact);
        return poor(say('diag_sites_some', number(served), number(sites.length)), fact);
      }),
    attached: () =>
      ofFacts(({ session, around: { attached } }) => {
        if (!session || !attached) return skipped;
        const [first, ...others] = Object.entries(attached.problems);
        if (attached.missing.length > 0) return bad(say('attached_off'), `not allowed: ${attached.missing.join(' ')}`);
        if (!first) return good(say('diag_attached_ok'), 'no problem');
        const [where, problem] = first;
        const { words, fact } = wrong(problem);
        return poor(words, `${where}: ${fact}${others.length > 0 ? ` (and ${others.length} more)` : ''}`);
      }),
    problem: () =>
      ofFacts(({ problem }) =>
        problem
          ? poor(say(`problem_${problem.code}`), `${problem.code}: ${problem.message}`)
          : good(say('diag_problem_none'), 'none'),
      ),
  };
  // Most builds attach no tokens.
  const shown = lineIds.filter((id) => id !== 'attached' || facts?.around.attached);
  return shown.map((id) => ({ id, ...findings[id]() }));
}
