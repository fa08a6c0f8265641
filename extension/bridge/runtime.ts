/** The browser APIs that a content script needs. Both browsers have `chrome.runtime`, so no polyfill is needed. */
export interface RuntimePort {
  postMessage(message: object): void;
  disconnect(): void;
  onMessage: { addListener(listener: (message: object) => void): void };
  onDisconnect: { addListener(listener: () => void): void };
}

export interface Runtime {
  /** Absent after the extension was updated or removed. */
  id?: string;
  connect(info: { name: string }): RuntimePort;
  onMessage: { addListener(listener: (message: object, sender: { id?: string }) => void): void };
}
