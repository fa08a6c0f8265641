import type { PageErrorBody } from '@latchkey/shared/errors.ts';
import type { UiMethod, UiResults } from '../../../extension/protocol/ui.ts';

/** What the background answers: a result, an error, or nothing, as while it works. */
export type Answer<M extends UiMethod> = UiResults[M] | { fails: PageErrorBody } | 'silence';
export type Answers = { [M in UiMethod]?: Answer<M> };

/** What a page of the extension meets. */
export interface Scene {
  answers: Answers;
  /** Answers to a method's second call and those after it. */
  later?: Answers;
  /** What the browser says when it is asked for access. */
  grants?: boolean;
  /** Match patterns that the browser lets the extension reach, each with the bridge in it. */
  access?: string[];
  /** The organization's policy. */
  policy?: Record<string, unknown>;
  /** Name of a profile whose key there is. */
  key?: string;
  isPrivate?: boolean;
  /** How far the broker's clock is ahead of this one, in milliseconds; the gallery answers for the broker. */
  brokerClock?: number;
}

/** `_locales/<tag>/messages.json`. */
export type Messages = Record<string, { message: string; placeholders?: Record<string, { content: string }> }>;

/**
 * A fake: stands in for `browser.*` and for the background behind it, in a page that is no extension's. It
 * lets the real pages show states that are hard to bring about; the end-to-end tests meet the real ones.
 *
 * Runs in the page before its scripts, so it may use nothing from outside.
 */
export function fakeBrowser({ scene, messages, tag }: { scene: Scene; messages: Messages; tag: string }): void {
  /** How often each method was called, for tests to look at. */
  const calls: Partial<Record<UiMethod, number>> = {};
  const answerTo = (method: UiMethod): unknown => {
    const count = calls[method] ?? 0;
    calls[method] = count + 1;
    return (count > 0 ? scene.later?.[method] : undefined) ?? scene.answers[method] ?? {};
  };

  /** A real key, where the extension keeps it. */
  const putKey = async (name: string): Promise<void> => {
    const { privateKey } = await crypto.subtle.generateKey({ name: 'ECDSA', namedCurve: 'P-256' }, false, ['sign']);
    const opening = indexedDB.open('latchkey', 2);
    await new Promise<void>((resolve, reject) => {
      opening.onupgradeneeded = () => {
        for (const store of ['keys', 'profiles']) opening.result.createObjectStore(store);
      };
      opening.onerror = () => reject(opening.error);
      opening.onsuccess = () => {
        const writing = opening.result.transaction('keys', 'readwrite');
        writing.objectStore('keys').put({ privateKey }, name);
        writing.oncomplete = () => {
          opening.result.close();
          resolve();
        };
      };
    });
  };
  const ready = scene.key === undefined ? Promise.resolve() : putKey(scene.key);

  /** Of every port there was. */
  const everyListener: ((message: unknown) => void)[] = [];
  const connect = () => {
    const listeners: ((message: unknown) => void)[] = [];
    return {
      postMessage({ id, m }: { id: number; m: UiMethod }) {
        const answer = answerTo(m);
        if (answer === 'silence') return;
        const failed = answer as { fails?: PageErrorBody };
        const response = failed.fails ? { id, ok: false, e: failed.fails } : { id, ok: true, r: answer };
        void ready.then(() => {
          for (const listener of listeners) listener(response);
        });
      },
      onMessage: {
        addListener(listener: (message: unknown) => void) {
          listeners.push(listener);
          everyListener.push(listener);
        },
      },
      onDisconnect: { addListener: () => undefined },
    };
  };

  const getMessage = (name: string, substitutions: string[] = []): string => {
    if (name === '@@bidi_dir') return tag === 'ar' ? 'rtl' : 'ltr';
    if (name === '@@ui_locale') return tag;
    const found = messages[name];
    if (!found) return '';
    return found.message.replace(/\$([A-Z]+)\$/g, (_, placeholder: string) => {
      const { content = '' } = found.placeholders?.[placeholder.toLowerCase()] ?? {};
      return substitutions[Number(content.slice(1)) - 1] ?? '';
    });
  };

  const browser = {
    runtime: {
      id: 'fake',
      connect,
      getManifest: () => ({ version: '0.1.0', permissions: ['scripting'] }),
      getURL: (path: string) => `/${path}`,
      openOptionsPage: async () => undefined,
    },
    i18n: { getMessage },
    permissions: {
      request: async () => scene.grants ?? true,
      remove: async () => true,
      contains: async ({ origins }: { origins: string[] }) =>
        origins.every((origin) => scene.access?.includes(origin) ?? false),
    },
    scripting: { getRegisteredContentScripts: async () => [{ matches: scene.access ?? [] }] },
    storage: { managed: { get: async () => scene.policy ?? {} } },
    windows: { getCurrent: async () => ({ incognito: scene.isPrivate ?? false }) },
  };
  // The polyfill looks for both.
  Object.assign(globalThis, { browser, chrome: browser });
  Object.defineProperty(globalThis, 'fakeCalls', { value: calls });
  /** Tells the page, for tests, that something has changed that it may be showing. */
  const tellOfChange = () => {
    for (const listener of everyListener) listener({ changed: true });
  };
  Object.defineProperty(globalThis, 'fakeChange', { value: tellOfChange });
}
