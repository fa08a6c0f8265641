import { hereKind } from '@latchkey/shared/page-names.ts';

/**
 * Waits until the extension comes into this page: it was installed, or the person connected this site in
 * its popup. For pages that were told `not_installed`; `connect()` then finds it, without a reload.
 */
export function whenInstalled(): Promise<void> {
  return new Promise((resolve) => {
    // A hint: whoever posts this, `connect()` finds out.
    window.addEventListener('message', ({ data }) => {
      if (data?.source === hereKind) resolve();
    });
  });
}
