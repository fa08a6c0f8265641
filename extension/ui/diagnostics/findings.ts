import type { PageErrorBody } from '@latchkey/shared/errors.ts';
import type { DiagnosticFacts, DiagnosticProbe } from '../../protocol/ui.ts';

/** What this page finds out about the browser. */
export interface Surroundings {
  /** Keys of the organization's policy, and those that are not as its schema says and so don't count. */
  policy: { set: string[]; unread: string[] };
  /** Whether the browser lets the extension reach the broker. */
  access: boolean;
  key: 'none' | 'held' | 'extractable';
  sites: { origin: string; reachable: boolean; bridge: boolean }[];
}

/** Round trip in milliseconds, and how far this computer's clock is ahead, where the broker dates its answers. */
export type Reach = { ms: number; clockMs: number | undefined } | { error: PageErrorBody };

/** What has been found out so far. */
export interface Findings {
  browser: string;
  version: string;
  /** `failed` where the background gave no answer. */
  background?: { ms: number } | 'failed' | undefined;
  facts?: (DiagnosticFacts & { around: Surroundings }) | undefined;
  reach?: Reach | undefined;
  provider?: DiagnosticProbe | undefined;
}
