import { browser } from './browser.ts';

/** A line to the background, as far as our pages use it. */
export interface BackgroundPort {
  postMessage(message: unknown): void;
  onMessage: { addListener(listener: (message: unknown) => void): void };
  onDisconnect: { addListener(listener: () => void): void };
}

/** Opens a named port to the background, waking it where it was stopped. */
export const connect = (name: string): BackgroundPort => browser.runtime.connect({ name });
