import { hereKind } from '@latchkey/shared/page-names.ts';
import type { Goodbye, PageEvent, PageRequest, PageResponse } from '@latchkey/shared/page-protocol.ts';
import type { PageWindow } from '../hello.ts';

type Reply = { r: unknown } | { e: unknown } | { pending: unknown } | undefined;
type Answer = (request: PageRequest) => Reply | Promise<Reply>;

/**
 * A page's window with a stand-in for the extension's bridge: real message ports, answers by `answer`.
 * For tests of the page SDK alone; the real bridge is met in the end-to-end tests.
 */
export class FakePage extends EventTarget {
  readonly isSecureContext = true;
  readonly location = { origin: 'https://shop.example.com', href: 'https://shop.example.com/cart' };
  readonly top: unknown = this;
  /** How many hellos to leave unanswered. */
  deaf = 0;
  hellos: { data: unknown; targetOrigin: string }[] = [];
  requests: PageRequest[] = [];
  ports: MessagePort[] = [];
  goodbyes = 0;
  readonly document = Object.assign(new EventTarget(), { prerendering: false });
  #answer: Answer;

  constructor(answer: Answer) {
    super();
    this.#answer = answer;
  }

  get window(): PageWindow {
    return this as unknown as PageWindow;
  }

  postMessage(data: { nonce: string }, targetOrigin: string, [port]: [MessagePort]): void {
    this.hellos.push({ data, targetOrigin });
    if (this.deaf-- > 0) return;
    this.ports.push(port);
    port.onmessage = ({ data }: MessageEvent<PageRequest | Goodbye>) => {
      if ('ev' in data) this.goodbyes += 1;
      else void this.#serve(port, data);
    };
    port.postMessage({ ready: true, nonce: data.nonce, v: 1 });
  }

  async #serve(port: MessagePort, request: PageRequest): Promise<void> {
    this.requests.push(request);
    const reply = await this.#answer(request);
    if (!reply) return;
    const head = { v: 1 as const, id: request.id };
    if ('r' in reply) port.postMessage({ ...head, ok: true, r: reply.r } satisfies PageResponse);
    else if ('e' in reply) port.postMessage({ ...head, ok: false, e: reply.e });
    else port.postMessage({ ...head, pending: reply.pending });
  }

  /** Says that a bridge is here, as the bridge does in the page itself, or as another window would. */
  announceBridge(source: unknown = this): void {
    this.dispatchEvent(Object.assign(new Event('message'), { data: { source: hereKind }, source }));
  }

  emit(event: PageEvent | Goodbye): void {
    this.ports.at(-1)?.postMessage(event);
  }

  methods(): string[] {
    return this.requests.map(({ m }) => m);
  }

  close(): void {
    for (const port of this.ports) port.close();
  }
}
