import type { Session } from '../store/store.ts';

/** Ends a stream from outside. */
export type EndStream = () => void;

/** How many streams one session may have open in one replica. Workers that restart leave some behind for a while. */
const perSession = 4;

/** Limits the number of streams of each session. The newest stay, because the oldest are most likely dead. */
export function createOpenStreams() {
  const open = new Map<Session['id'], EndStream[]>();
  return {
    /** @returns a function that removes it */
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
