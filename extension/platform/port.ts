import { browser } from './browser.ts';

/** The part of a port to the background that the extension's pages use. */
export interface BackgroundPort {
  postMessage(message: unknown): void;
  onMessage: { addListener(listener: (message: unknown) => void): void };
  onDisconnect: { addListener(listener: () => void): void };
}

/** Opens a named port to the background. This wakes the background if it is stopped. */
export const connect = (name: string): BackgroundPort => browser.runtime.connect({ name });
