import type { Listening } from './serve.ts';

/** What runs, by name. */
export interface Parts {
  /** Starts a part, and remembers how. */
  start<L extends Listening>(name: string, start: () => Promise<L>): Promise<L>;
  /** Takes a part away until it is brought back: its connections are cut, and nobody listens. */
  outage(name: string): Promise<Outage>;
  close(): Promise<void>;
}

export interface Outage {
  over(): Promise<void>;
}

/** Keeps the parts of a demo: all end together, and each can be away for a while. */
export function createParts(): Parts {
  const running = new Map<string, { part: Listening; start: () => Promise<Listening> }>();
  const start: Parts['start'] = async (name, begin) => {
    const part = await begin();
    running.set(name, { part, start: begin });
    return part;
  };
  return {
    start,
    async outage(name) {
      const found = running.get(name);
      if (!found) throw new Error(`there is no ${name} to take away`);
      running.delete(name);
      await found.part.close();
      return { over: async () => void (await start(name, found.start)) };
    },
    async close() {
      const open = [...running.values()];
      running.clear();
      await Promise.all(open.map(({ part }) => part.close()));
    },
  };
}
