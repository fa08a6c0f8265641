import type { PageErrorBody } from '@latchkey/shared/errors.ts';
import type { UiMethod, UiResults } from '../../../extension/protocol/ui.ts';

/** The background's answer: a result, an error, or nothing, as if it were still working. */
export type Answer<M extends UiMethod> = UiResults[M] | { fails: PageErrorBody } | 'silence';
export type Answers = { [M in UiMethod]?: Answer<M> };

/** The environment of an extension page. */
export interface Scene {
  answers: Answers;
  /** Answers to a method's second and later calls. */
  later?: Answers;
  /** The browser's answer to a permission request. */
  grants?: boolean;
  /** Match patterns that the manifest names. */
  hosts?: string[];
  /** Match patterns that the extension has access to. The bridge is injected in each. */
  access?: string[];
  /** The organization's policy. */
  policy?: Record<string, unknown>;
  /** Name of a profile that has a key. */
  key?: string;
  isPrivate?: boolean;
  /** URL of the active tab. */
  tab?: string;
  /** URL of its icon. */
  favicon?: string;
  /** How far the broker's clock is ahead of this one, in milliseconds. The gallery plays the broker. */
  brokerClock?: number;
}

/** `_locales/<tag>/messages.json`. */
export type Messages = Record<string, { message: string; placeholders?: Record<string, { content: string }> }>;

/**
 * A fake of `browser.*` and the background, for use in an ordinary page. With it, the real pages can show states that
 * are hard to produce. The end-to-end tests use the real browser and background.
 *
 * It runs in the page before the page's scripts, so it must not use anything from outer scopes.
 */
export function fakeBrowser({ scene, messages, tag }: { scene: Scene; messages: Messages; tag: string }): void {
  /** How often each method was called, for tests. */
  const calls: Partial<Record<UiMethod, number>> = {};
  const answerTo = (method: UiMethod): unknown => {
    const count = calls[method] ?? 0;
    calls[method] = count + 1;
    return (count > 0 ? scene.later?.[method] : undefined) ?? scene.answers[method] ?? {};
  };

  /** Stores a real key where the extension expects it. */
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

  /** The listeners of every port that was opened. */
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

  const kept: Record<string, unknown> = {};
  const browser = {
    runtime: {
      id: 'fake',
      connect,
      getManifest: () => ({ version: '0.1.0', permissions: ['scripting'], host_permissions: scene.hosts ?? [] }),
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
    storage: {
      managed: { get: async () => scene.policy ?? {} },
      session: {
        get: async (key: string) => (key in kept ? { [key]: kept[key] } : {}),
        set: async (values: object) => void Object.assign(kept, values),
        remove: async (key: string) => void delete kept[key],
      },
    },
    tabs: { query: async () => [{ url: scene.tab, favIconUrl: scene.favicon }] },
    windows: { getCurrent: async () => ({ incognito: scene.isPrivate ?? false }) },
  };
  // The polyfill looks for both.
  Object.assign(globalThis, { browser, chrome: browser });
  Object.defineProperty(globalThis, 'fakeCalls', { value: calls });
  /** For tests: notifies the page of a change that may affect what it shows. */
  const tellOfChange = () => {
    for (const listener of everyListener) listener({ changed: true });
  };
  Object.defineProperty(globalThis, 'fakeChange', { value: tellOfChange });
}
