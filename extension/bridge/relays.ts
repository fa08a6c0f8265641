import { createRelay, type Relay } from './relay.ts';
import type { Runtime } from './runtime.ts';

/** The relays of one document: one for its page, and one for each of its workers. */
export interface Relays extends Iterable<Relay> {
  serve(port: MessagePort): void;
}

/** More than an honest page and its workers use. Each relay in use costs the background one port. */
export const maxRelays = 16;

/** Beyond {@link maxRelays}, the one that was not used for the longest is given up. */
export function createRelays(runtime: Runtime, click: () => number): Relays {
  const relays = new Set<Relay>();
  const drop = (relay: Relay): void => {
    relays.delete(relay);
    relay.close();
  };
  return {
    serve(port) {
      const relay = createRelay(port, runtime, click);
      const used = (): void => {
        relays.delete(relay);
        relays.add(relay);
      };
      used();
      port.addEventListener('message', used);
      // A worker has ended. Older browsers don't fire this event; their relays stay until there are too many.
      port.addEventListener('close', () => drop(relay));
      const [oldest] = relays;
      if (oldest && relays.size > maxRelays) drop(oldest);
    },
    [Symbol.iterator]: () => relays.values(),
  };
}
