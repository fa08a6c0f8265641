import type { BrowserContext, Frame, Page } from 'playwright';
import { bundleScript } from '../../../demo/sites/bundle.ts';

/** Puts a page that has nothing but `latchkey/page` at any origin, and opens it. {@link ask} asks for a token in it. */
export async function createProbe(context: BrowserContext) {
  const script = await bundleScript(new URL('probe.ts', import.meta.url));
  const probe = '<!doctype html><title>probe</title><script type="module" src="/probe.js"></script>';

  const serve = async (url: string, body: string, headers: Record<string, string>) => {
    await context.route(url, (route) => route.fulfill({ body, headers }));
  };
  const open = async (origin: string, page: 'probe' | 'frame', headers: Record<string, string>) => {
    await serve(`${origin}/probe`, probe, { 'Content-Type': 'text/html', ...headers });
    // A sandboxed document has an opaque origin: it fetches modules with CORS.
    const asScript = { 'Content-Type': 'text/javascript', 'Access-Control-Allow-Origin': '*' };
    await serve(`${origin}/probe.js`, script, asScript);
    const tab = await context.newPage();
    await tab.goto(`${origin}/${page}`);
    return tab;
  };

  return {
    /** @param headers of the document, such as a sandboxing policy */
    open: (origin: string, headers: Record<string, string> = {}): Promise<Page> => open(origin, 'probe', headers),

    /** Inside an `iframe` with these attributes, in a page of the same origin. */
    async openFramed(origin: string, attributes: string): Promise<Frame> {
      const html = `<!doctype html><iframe ${attributes} src="/probe"></iframe>`;
      await serve(`${origin}/frame`, html, { 'Content-Type': 'text/html' });
      const tab = await open(origin, 'frame', {});
      const frame = tab.frames().find((candidate) => candidate.url().endsWith('/probe'));
      if (!frame) throw new Error('the page has no frame with the probe');
      return frame;
    },
  };
}

type Place = Pick<Frame, 'evaluate' | 'waitForFunction'>;

/** Asks for a token, as the page. */
export async function ask(place: Page | Frame, resource: string, scopes: string[]) {
  const frame: Place = place;
  await frame.waitForFunction('typeof ask === "function"');
  return frame.evaluate(([api, wanted]) => window.ask(api, wanted), [resource, scopes] as const);
}

/** Says hello without the SDK, to every window in reach. @returns what anybody answers within a second */
export const knock = (place: Page | Frame): Promise<unknown[]> =>
  (place as Place).evaluate(async () => {
    const answers: unknown[] = [];
    for (const target of new Set([window, window.parent, window.top ?? window])) {
      const { port1, port2 } = new MessageChannel();
      port1.onmessage = ({ data }) => void answers.push(data);
      target.postMessage({ source: 'latchkey:hello', v: 1, nonce: crypto.randomUUID() }, '*', [port2]);
    }
    await new Promise((resolve) => setTimeout(resolve, 1_000));
    return answers;
  });

/** Says hello without the SDK and sends one message down the port. @returns the answer */
export const sendRaw = (place: Page | Frame, message: unknown): Promise<unknown> =>
  (place as Place).evaluate(async (sent) => {
    const { port1, port2 } = new MessageChannel();
    const answers: unknown[] = [];
    const answered = new Promise<void>((resolve) => {
      port1.onmessage = ({ data }) => {
        if (data.ready) port1.postMessage(sent);
        else if (!data.ev) resolve(void answers.push(data));
      };
    });
    window.postMessage({ source: 'latchkey:hello', v: 1, nonce: crypto.randomUUID() }, location.origin, [port2]);
    await answered;
    return answers[0];
  }, message);
