import { isDeepStrictEqual } from 'node:util';

/** Something that goes wrong in an installation, and what its administrators do. */
export interface Drill {
  /** As in `npm run drills -- NAME`. */
  name: string;
  /** What has happened. */
  about: string;
  /** @returns why it can't run here */
  missing?(): Promise<string | undefined>;
  /** @throws DrillFailure, and whatever the brokers and commands throw */
  run(report: Report): Promise<void>;
}

/** What a drill prints. Everything is the same in each run, so that it can be compared with `expected/`. */
export interface Report {
  /** What somebody does, or what happens. */
  step(what: string): void;
  /** Compares what is with what must be. */
  check(what: string, found: unknown, expected: unknown): void;
  /** Waits until both are the same, for at most a minute. */
  eventually(what: string, find: () => Promise<unknown>, expected: unknown): Promise<void>;
  /** What is different in each run, such as a duration. Not compared. */
  note(what: string): void;
}

/** A check that failed. */
export class DrillFailure extends Error {
  override readonly name = 'DrillFailure';
}

const deadlineMs = 60_000;
const pollMs = 200;

/** @param print gets each line that is compared */
export function createReport(print: (line: string) => void, note: (line: string) => void): Report {
  let steps = 0;
  const passed = (what: string) => print(`   ok  ${what}`);
  const failed = (what: string, found: unknown, expected: unknown): never => {
    print(`   FAILED  ${what}`);
    throw new DrillFailure(`${what}: found ${JSON.stringify(found)}, expected ${JSON.stringify(expected)}`);
  };
  return {
    step(what) {
      steps += 1;
      print(`${steps}. ${what}`);
    },
    check(what, found, expected) {
      if (!isDeepStrictEqual(found, expected)) failed(what, found, expected);
      passed(what);
    },
    async eventually(what, find, expected) {
      const until = performance.now() + deadlineMs;
      for (;;) {
        const found = await find();
        if (isDeepStrictEqual(found, expected)) break;
        if (performance.now() > until) failed(what, found, expected);
        await new Promise((resolve) => setTimeout(resolve, pollMs));
      }
      passed(what);
    },
    note,
  };
}
