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

/** Calls the listener when a bridge says that it is here. Only a hint: any script can post this message. */
export function onBridge(window: Pick<Window, 'addEventListener'>, listener: () => void): void {
  window.addEventListener('message', ({ data }) => {
    if (data?.source === hereKind) listener();
  });
}
