/** Exit codes of the commands. Stable: scripts rely on them. */
export const exitCode = {
  ok: 0,
  /** Any other failure; stderr says what happened. */
  failure: 1,
  /** Wrong options. */
  usage: 2,
  /** Not signed in, the sign-in has ended, or nobody approved it in time: run `latchkey login`. */
  signedOut: 3,
  /** Denied by the user or by the configuration. */
  denied: 4,
  /** The broker can't be reached. Retrying can help. */
  unreachable: 5,
  /** Ctrl-C. */
  interrupted: 130,
} as const;

export type ExitCode = (typeof exitCode)[keyof typeof exitCode];
