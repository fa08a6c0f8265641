/** The result of a run. The last four must be 0. */
export interface Tally {
  kills: number;
  /** Answered token requests, whether with a token or an error. */
  operations: number;
  /** How often a user had to sign in again. */
  sessionsLost: number;
  /** Refresh tokens that the provider received again after its leeway. */
  reuseDetected: number;
  /** Device codes that were redeemed more than once. */
  doubleRedeemed: number;
  /** Tokens with a different user or audience than requested, or that fail verification. */
  wrongTokens: number;
}

export const newTally = (): Tally => ({
  kills: 0,
  operations: 0,
  sessionsLost: 0,
  reuseDetected: 0,
  doubleRedeemed: 0,
  wrongTokens: 0,
});

export const isClean = ({ sessionsLost, reuseDetected, doubleRedeemed, wrongTokens }: Tally): boolean =>
  sessionsLost + reuseDetected + doubleRedeemed + wrongTokens === 0;

export const toJson = (seed: number, tally: Tally): string =>
  JSON.stringify({
    seed,
    kills: tally.kills,
    operations: tally.operations,
    sessions_lost: tally.sessionsLost,
    reuse_detected: tally.reuseDetected,
    double_redeemed: tally.doubleRedeemed,
    wrong_tokens: tally.wrongTokens,
  });
