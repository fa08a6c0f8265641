import { hereKind } from '@latchkey/shared/page-names.ts';
import type { Ready } from '@latchkey/shared/page-protocol.ts';
import { countClicks } from './clicks.ts';
import { createRelay } from './relay.ts';
import { readHello } from './request.ts';
import type { Runtime } from './runtime.ts';

/**
 * The content script. It accepts a page's hello and then relays messages over the port in it. It shares the page's
 * process, so it holds no secrets and makes no decisions.
 */
declare const chrome: { runtime: Runtime };

const { runtime } = chrome;
const relay = createRelay(
  runtime,
  document as { prerendering?: boolean },
  countClicks(window, navigator.userActivation, () => performance.timeOrigin + performance.now()),
);

function onMessage(event: MessageEvent): void {
  // The extension was updated or removed. An answer that leads nowhere would make the page connect again, without end.
  // Without one, the page waits for the new bridge, or hears that there is none.
  if (!runtime.id) {
    window.removeEventListener('message', onMessage, true);
    return;
  }
  // A page can construct a `MessageEvent` with any source and origin. It can't set `isTrusted`.
  if (!event.isTrusted || event.source !== window || event.origin !== location.origin) return;
  const [port] = event.ports;
  const nonce = readHello(event.data);
  if (!port || nonce === undefined) return;
  event.stopImmediatePropagation();
  relay.serve(port);
  port.postMessage({ ready: true, nonce, v: 1 } satisfies Ready);
}

// The background may inject this script twice. Start only one bridge, unless the existing one predates an update.
const before = (window as { latchkeyBridge?: Runtime }).latchkeyBridge;
if (window === top && !before?.id) {
  Object.assign(window, { latchkeyBridge: runtime });
  window.addEventListener('message', onMessage, true);
  window.addEventListener('pageshow', ({ persisted }) => {
    if (persisted) relay.restored();
  });
  document.addEventListener('prerenderingchange', relay.shown);
  runtime.onMessage.addListener((message, { id }) => {
    if (id === runtime.id && 'ev' in message) relay.event(message);
  });
  // Tell a page that loaded before the bridge to try again. This is only a hint. The page doesn't have to trust it.
  if (document.readyState !== 'loading') window.postMessage({ source: hereKind }, location.origin);
}
