import type { Problem } from '../../protocol/problem.ts';
import type { DiagnosticFacts, DiagnosticProbe } from '../../protocol/ui.ts';

/** What this page can check in the browser. */
export interface Surroundings {
  /**
   * Keys of the organization's policy: all that are set, and those that have no effect because they don't match the
   * schema.
   */
  policy: { set: string[]; unread: string[] };
  /** Whether the extension has access to the broker. */
  access: boolean;
  key: 'none' | 'held' | 'extractable';
  sites: { origin: string; reachable: boolean; bridge: boolean }[];
  /** Only in builds with `attach_tokens`: hosts that the extension has no access to, and why tokens are missing, by site and API. */
  attached?: { missing: string[]; problems: Record<string, Problem> } | undefined;
}

/**
 * Round trip in milliseconds, and how far this computer's clock is ahead. The latter is known if the broker sends
 * `Date`.
 */
export type Reach = { ms: number; clockMs: number | undefined } | { error: Problem };

/** The results so far. */
export interface Findings {
  browser: string;
  version: string;
  /** `failed`: the background didn't answer. */
  background?: { ms: number } | 'failed' | undefined;
  facts?: (DiagnosticFacts & { around: Surroundings }) | undefined;
  reach?: Reach | undefined;
  provider?: DiagnosticProbe | undefined;
}
