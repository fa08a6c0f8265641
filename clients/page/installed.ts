import { hereKind } from '@latchkey/shared/page-names.ts';

/**
 * Waits until the extension is available in this page: the user installed it, or turned it on for this site.
 *
 * Use it after `connect()` has thrown `not_installed`. `connect()` then succeeds without a reload.
 *
 * @returns resolves when the extension announces itself; never rejects, and has no timeout
 * @example
 * showInstallHint();
 * await whenInstalled();
 * const lk = await connect();
 */
export function whenInstalled(): Promise<void> {
  return new Promise((resolve) => onBridge(window, resolve));
}

/**
 * Calls the listener when a bridge says that it is here. Only a hint: any script of this page can post this message. A frame
 * or another window can't, because the message then has that window as its source.
 */
export function onBridge(window: Pick<Window, 'addEventListener'>, listener: () => void): void {
  window?.addEventListener('message', ({ data, source }) => {
    if (source === window && data?.source === hereKind) listener();
  });
}
