/** What the commands exit with. Stable: scripts go by it. */
export const exitCode = {
  ok: 0,
  /** Anything that has no code of its own; the sentence on stderr says what. */
  failure: 1,
  /** Wrong options. */
  usage: 2,
  /** Nobody is signed in, the sign-in is over, or nobody allowed it in time: `latchkey login`. */
  signedOut: 3,
  /** The person, or the configuration, said no. */
  denied: 4,
  /** The broker can't be reached: try again. */
  unreachable: 5,
  /** Ctrl-C. */
  interrupted: 130,
} as const;

export type ExitCode = (typeof exitCode)[keyof typeof exitCode];
