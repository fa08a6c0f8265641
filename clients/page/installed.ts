import { hereKind } from '#shared/page-names.ts';

/**
 * Waits until the extension comes into this page: it was installed, or the person connected this site in
 * its popup. For pages that were told `not_installed`; `connect()` then finds it, without a reload.
 */
export function whenInstalled(signal?: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const listen = ({ data, source }: MessageEvent<{ source?: unknown } | null>): void => {
      if (source !== window || data?.source !== hereKind) return;
      window.removeEventListener('message', listen);
      resolve();
    };
    window.addEventListener('message', listen);
    signal?.addEventListener('abort', () => {
      window.removeEventListener('message', listen);
      reject(signal.reason);
    });
  });
}
