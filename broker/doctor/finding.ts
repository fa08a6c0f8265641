/** The result of one check. A problem says why, and what to do. */
export type Finding =
  | { level: 'ok'; check: string; what: string }
  | { level: 'warning' | 'failed'; check: string; what: string; cure: string };

/** Creates the findings of one check. */
export const about = (check: string) => ({
  ok: (what: string): Finding => ({ level: 'ok', check, what }),
  warning: (what: string, cure: string): Finding => ({ level: 'warning', check, what, cure }),
  failed: (what: string, cure: string): Finding => ({ level: 'failed', check, what, cure }),
});
