import { hereKind } from '@latchkey/shared/page-names.ts';
import type { Ready } from '@latchkey/shared/page-protocol.ts';
import { countClicks } from './clicks.ts';
import { createRelays } from './relays.ts';
import { readHello } from './request.ts';
import type { Runtime } from './runtime.ts';

/**
 * The content script. It takes a page's hello and then relays what comes over the port in it. It shares the page's
 * process, so it holds no secrets and decides nothing.
 */
declare const chrome: { runtime: Runtime };

const relays = createRelays(
  chrome.runtime,
  countClicks(window, navigator.userActivation, () => performance.timeOrigin + performance.now()),
);

function onHello(event: MessageEvent): void {
  // A page can construct a `MessageEvent` with any source and origin. It can't set `isTrusted`.
  if (!event.isTrusted || event.source !== window || event.origin !== location.origin) return;
  const [port] = event.ports;
  const nonce = readHello(event.data);
  if (!port || nonce === undefined) return;
  event.stopImmediatePropagation();
  relays.serve(port);
  port.postMessage({ ready: true, nonce, v: 1 } satisfies Ready);
}

// The background may inject this script twice. One bridge is enough.
if (window === top && !('latchkeyBridge' in window)) {
  Object.assign(window, { latchkeyBridge: true });
  window.addEventListener('message', onHello, true);
  window.addEventListener('pageshow', ({ persisted }) => {
    if (persisted) for (const relay of relays) relay.restored();
  });
  chrome.runtime.onMessage.addListener((message, { id }) => {
    if (id === chrome.runtime.id && 'ev' in message) for (const relay of relays) relay.event(message);
  });
  // Tell a page that loaded before the bridge to try again. This is only a hint, and the page need not trust it.
  if (document.readyState !== 'loading') window.postMessage({ source: hereKind }, location.origin);
}
