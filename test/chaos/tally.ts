/** What a run came to. The last four have to be 0. */
export interface Tally {
  kills: number;
  /** Requests for a token that were answered, with a token or an error. */
  operations: number;
  /** A person had to sign in again. */
  sessionsLost: number;
  /** Refresh tokens that the provider saw again after its leeway. */
  reuseDetected: number;
  /** Device codes that gave tokens more than once. */
  doubleRedeemed: number;
  /** Tokens for somebody or something else than was asked for, or that don't verify. */
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
