import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { findChromium } from '../../../demo/browser/find.ts';
import { thisMachine } from '../../../demo/browser/machine.ts';

/** A page or window that is controlled over the DevTools protocol. */
export interface PlainPage {
  evaluate<T>(expression: string): Promise<T>;
  /** Runs an expression with user activation, as if the user had just clicked. */
  evaluateAfterClick(expression: string): Promise<void>;
  /** Moves the pointer to the center of an element. */
  hover(selector: string): Promise<void>;
  /** Clicks the center of an element. The browser treats it as a real click. */
  click(selector: string): Promise<void>;
  /** Presses and releases a key in what has the focus. */
  press(key: 'Enter' | 'Space'): Promise<void>;
  /** Brings its window to the front, and gives it the focus. */
  toFront(): Promise<void>;
  /** Moves or resizes its window. */
  place(bounds: { left?: number; top?: number; width?: number; height?: number }): Promise<void>;
  /** Stops its origin's service workers, as browsers do when they are idle. */
  stopWorkers(): Promise<void>;
}

export interface PlainChromium {
  open(url: string): Promise<PlainPage>;
  /** Waits for a page whose URL begins with this. */
  find(prefix: string): Promise<PlainPage | undefined>;
  close(): Promise<void>;
}

/** The answer of a command, or an event. */
interface Message {
  id?: number;
  result?: Record<string, unknown>;
  error?: { message: string };
  method?: string;
  params?: { sessionId?: string };
}
type Command = (method: string, params?: object, sessionId?: string) => Promise<Record<string, unknown>>;

/**
 * Chromium on a display, with real focus: its windows take the focus from each other. Playwright emulates the focus per
 * page, so no page ever loses it.
 */
export async function openPlainChromium(options: {
  display: string;
  profileDir: string;
  extensionDir?: string;
}): Promise<PlainChromium> {
  const { display, extensionDir, profileDir } = options;
  const args = [
    '--no-sandbox',
    '--disable-gpu',
    '--remote-debugging-port=0',
    `--user-data-dir=${profileDir}`,
    ...(extensionDir === undefined
      ? []
      : [`--disable-extensions-except=${extensionDir}`, `--load-extension=${extensionDir}`]),
    '--no-first-run',
    '--no-default-browser-check',
    '--disable-background-networking',
    // The same option as Playwright, which wrote the profile's cookies.
    '--password-store=basic',
    'about:blank',
  ];
  const executable = await findChromium({ ...thisMachine, say: () => undefined });
  const child = spawn(executable, args, {
    stdio: ['ignore', 'ignore', 'pipe'],
    env: { ...process.env, DISPLAY: display },
  });
  const socket = new WebSocket(await addressIn(child.stderr));
  await once(socket, 'open');
  const command = commandsOver(socket);

  const pageOf = async (targetId: string): Promise<PlainPage> => {
    const { sessionId } = await command('Target.attachToTarget', { targetId, flatten: true });
    const run = (method: string, params: object = {}) => command(method, params, sessionId as string);
    const evaluate = async <T>(expression: string): Promise<T> => {
      const { result } = await run('Runtime.evaluate', { expression, awaitPromise: true, returnByValue: true });
      return (result as { value: T }).value;
    };
    const centerOf = (selector: string) =>
      evaluate<{ x: number; y: number }>(`(() => {
        const element = document.querySelector(${JSON.stringify(selector)});
        element.scrollIntoView({ block: 'center' });
        const { left, top, width, height } = element.getBoundingClientRect();
        return { x: left + width / 2, y: top + height / 2 };
      })()`);
    return {
      evaluate,
      evaluateAfterClick: async (expression) => void (await run('Runtime.evaluate', { expression, userGesture: true })),
      async hover(selector) {
        await run('Input.dispatchMouseEvent', { type: 'mouseMoved', ...(await centerOf(selector)) });
      },
      async click(selector) {
        const { x, y } = await centerOf(selector);
        for (const type of ['mousePressed', 'mouseReleased'])
          await run('Input.dispatchMouseEvent', { type, x, y, button: 'left', clickCount: 1 });
      },
      async press(key) {
        const typed = key === 'Enter' ? { key, code: key, text: '\r' } : { key: ' ', code: key, text: ' ' };
        const windowsVirtualKeyCode = key === 'Enter' ? 13 : 32;
        for (const type of ['keyDown', 'keyUp'])
          await run('Input.dispatchKeyEvent', { type, windowsVirtualKeyCode, ...typed });
      },
      toFront: async () => void (await run('Page.bringToFront')),
      async place(bounds) {
        const { windowId } = await command('Browser.getWindowForTarget', { targetId });
        await command('Browser.setWindowBounds', { windowId, bounds });
      },
      async stopWorkers() {
        await run('ServiceWorker.enable');
        await run('ServiceWorker.stopAllWorkers');
      },
    };
  };

  return {
    async open(url) {
      const { targetId } = await command('Target.createTarget', { url });
      return pageOf(targetId as string);
    },
    async find(prefix) {
      const { targetInfos } = await command('Target.getTargets');
      const pages = targetInfos as { type: string; url: string; targetId: string }[];
      const found = pages.find(({ type, url }) => type === 'page' && url.startsWith(prefix));
      return found && pageOf(found.targetId);
    },
    async close() {
      const ended = once(child, 'exit');
      child.kill();
      await ended;
      socket.close();
    },
  };
}

/** The address that the browser listens on. The browser prints it when it starts. */
async function addressIn(output: NodeJS.ReadableStream): Promise<string> {
  let said = '';
  for await (const chunk of output) {
    said += String(chunk);
    const [address] = /ws:\/\/\S+/.exec(said) ?? [];
    if (address) {
      // Keep reading. Otherwise, the browser blocks when the pipe is full.
      output.resume();
      return address;
    }
  }
  throw new Error(`Chromium has not started: ${said}`);
}

function commandsOver(socket: WebSocket): Command {
  const waiting = new Map<number, PromiseWithResolvers<Record<string, unknown>> & { sessionId: string | undefined }>();
  let last = 0;
  socket.addEventListener('message', ({ data }) => {
    const { id = 0, result = {}, error, method, params } = JSON.parse(String(data)) as Message;
    if (method === 'Target.detachedFromTarget' && params?.sessionId) endOf(params.sessionId);
    if (error) waiting.get(id)?.reject(new Error(error.message));
    else waiting.get(id)?.resolve(result);
    waiting.delete(id);
  });

  /** The browser answers no command of a page that has closed meanwhile, as when a click closes it. */
  function endOf(session: string): void {
    for (const [id, { sessionId, reject }] of waiting) {
      if (sessionId !== session) continue;
      reject(new Error('the page has been closed'));
      waiting.delete(id);
    }
  }

  return (method, params = {}, sessionId) => {
    last += 1;
    const answer = Promise.withResolvers<Record<string, unknown>>();
    waiting.set(last, { ...answer, sessionId });
    socket.send(JSON.stringify({ id: last, method, params, ...(sessionId === undefined ? {} : { sessionId }) }));
    return answer.promise;
  };
}
