import type { Session } from '../store/store.ts';

/** What ends a stream from outside. */
export type EndStream = () => void;

/** Streams that one session may have open in one replica; workers that restart leave some behind for a while. */
const perSession = 4;

/** Keeps the number of streams of each session small: the newest stay, since the oldest are the likeliest to be dead. */
export function createOpenStreams() {
  const open = new Map<Session['id'], EndStream[]>();
  return {
    /** @returns what takes it out again */
    add(id: string, end: EndStream): () => void {
      const streams = [...(open.get(id) ?? []), end];
      open.set(id, streams);
      for (const oldest of streams.slice(0, -perSession)) oldest();
      return () => {
        const left = (open.get(id) ?? []).filter((stream) => stream !== end);
        if (left.length > 0) open.set(id, left);
        else open.delete(id);
      };
    },
  };
}

export type OpenStreams = ReturnType<typeof createOpenStreams>;
