import type { Listening } from './serve.ts';

/** The running parts, by name. */
export interface Parts {
  /** Starts a part, and remembers how to start it again. */
  start<L extends Listening>(name: string, start: () => Promise<L>): Promise<L>;
  /** Stops a part until it is started again: closes its connections and its port. */
  outage(name: string): Promise<Outage>;
  close(): Promise<void>;
}

export interface Outage {
  over(): Promise<void>;
}

/** The parts of a demo. They end together, and each can be stopped for a while. */
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
