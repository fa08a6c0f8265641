import { LatchkeyError } from '@latchkey/shared/errors.ts';
import type { Ready } from '@latchkey/shared/page-messages.ts';
import { helloKind, protocolVersion } from '@latchkey/shared/page-names.ts';

/** The parts of the page's window that the SDK uses. */
export type PageWindow = Pick<Window, 'postMessage' | 'isSecureContext' | 'location' | 'addEventListener'> & {
  top: unknown;
  document: Pick<Document, 'addEventListener'> & { prerendering?: boolean };
};

const deadlineMs = 500;

/**
 * Finds the extension's bridge in this page: posts a hello with a nonce and a port, waits 500 ms, and retries once. A
 * prerendered page waits until it is shown, since nobody looks at it before.
 *
 * @returns the port for all further messages
 * @throws {LatchkeyError} `not_installed` if nothing answers
 * @throws {LatchkeyError} `unsupported` if the page is not a top-level secure context
 */
export async function hello(window: PageWindow | undefined): Promise<MessagePort> {
  if (!window?.isSecureContext || window.top !== window) {
    throw new LatchkeyError({
      code: 'unsupported',
      message: 'Latchkey needs a top-level HTTPS page.',
    });
  }
  const { document } = window;
  if (document.prerendering) await new Promise((resolve) => document.addEventListener('prerenderingchange', resolve));
  const port = (await knock(window)) ?? (await knock(window));
  if (port) return port;
  throw new LatchkeyError({
    code: 'not_installed',
    message: 'Latchkey is not installed, or needs a reload of the page.',
  });
}

function knock(window: PageWindow): Promise<MessagePort | undefined> {
  return new Promise((resolve) => {
    const { port1, port2 } = new MessageChannel();
    const nonce = crypto.randomUUID();
    const timer = setTimeout(() => {
      port1.close();
      resolve(undefined);
    }, deadlineMs);
    port1.onmessage = ({ data }: MessageEvent<Partial<Ready> | null>) => {
      if (data?.nonce !== nonce || data.v !== protocolVersion) return;
      clearTimeout(timer);
      resolve(port1);
    };
    window.postMessage({ source: helloKind, v: protocolVersion, nonce }, window.location.origin, [port2]);
  });
}
