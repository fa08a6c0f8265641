import type { Answer } from '../load/connection.ts';
import type { MeasuredServer } from '../load/server.ts';
import type { BenchTokens } from '../tokens.ts';

/** The same work at another product, as requests to it. */
export interface Work {
  server: MeasuredServer;
  /**
   * The requests of one turn.
   *
   * @param count the most that a turn sends
   */
  requests(count: number): Promise<readonly Buffer[]> | readonly Buffer[];
  /** Any other answer ends the benchmark. */
  isExpected: (answer: Answer) => boolean;
}

/** What can be measured at another product. */
export const workNames = ['token', 'introspection', 'poll', 'verify', 'verify fresh'] as const;
export type WorkName = (typeof workNames)[number];

/** A product that does what Latchkey does, running on this machine, set up as its documentation says for production. */
export interface RunningPeer {
  /** With its version. */
  name: string;
  work: Partial<Record<WorkName, Work>>;
  close(): Promise<void>;
}

/** A product whose program is on this machine. */
export interface Peer {
  name: string;
  /** The work that it is measured at. */
  does: readonly WorkName[];
  /**
   * Finds, downloads or builds its program, and starts it.
   *
   * @throws {NotHere} if this machine can't have it
   */
  start(ground: PeerGround): Promise<RunningPeer>;
}

/** What all products are given. */
export interface PeerGround {
  /** An empty folder. */
  dir: string;
  say: (line: string) => void;
  /** What gateways verify. */
  tokens: BenchTokens;
}
