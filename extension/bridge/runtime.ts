/** The few browser APIs of a content script: `chrome.runtime` exists in both browsers, so no polyfill is needed. */
export interface RuntimePort {
  postMessage(message: object): void;
  disconnect(): void;
  onMessage: { addListener(listener: (message: object) => void): void };
  onDisconnect: { addListener(listener: () => void): void };
}

export interface Runtime {
  /** Gone once the extension was updated or removed under the page. */
  id?: string;
  connect(info: { name: string }): RuntimePort;
  onMessage: { addListener(listener: (message: object, sender: { id?: string }) => void): void };
}
