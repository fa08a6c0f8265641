import { useEffect, useRef, useState } from 'hono/jsx/dom';
import type { PopupState } from '../protocol/ui.ts';
import type { DeviceStep } from './device-steps.ts';
import type { UiClient } from './ui-client.ts';

export interface AskingDevice {
  /** The device that asks for the user by itself, as far as the broker was asked. */
  found: DeviceStep | undefined;
  /** The user went back. The same request doesn't open by itself again. */
  close(): void;
}

/**
 * Asks the broker for a device that named the main account: when the popup opens, and when the broker announces one. While
 * the user does something else, that waits until they are done.
 *
 * @param isIdle whether a question may open now
 * @param onFound there is a question that the user has not put off
 */
export function useAskingDevice(
  client: UiClient,
  state: PopupState | undefined,
  isIdle: boolean,
  onFound: () => void,
): AskingDevice {
  const [found, setFound] = useState<DeviceStep>();
  const putOff = useRef('');
  const looked = useRef('');
  const idle = useRef(isIdle);
  idle.current = isIdle;
  const signedIn = state?.view === 'signed_in' && state.features.includes('device_requests') ? state : undefined;
  const sub = signedIn?.account.sub;
  const wanted = `${sub} ${signedIn?.asking}`;

  useEffect(() => {
    if (sub === undefined || !isIdle || looked.current === wanted) return;
    looked.current = wanted;
    void import('./device-steps.ts')
      .then(({ askingDevice }) => askingDevice(client, sub))
      .then(
        (step) => {
          // Another look has begun since.
          if (looked.current !== wanted) return;
          if (!idle.current) {
            looked.current = '';
            return;
          }
          setFound(step);
          if (step && step.question.request !== putOff.current) onFound();
        },
        // What is wrong with the broker is told elsewhere.
        () => undefined,
      );
  }, [wanted, isIdle]);

  return {
    found,
    close() {
      putOff.current = found?.question.request ?? '';
      looked.current = '';
      // It may be decided. If not, the next look finds it again.
      setFound(undefined);
    },
  };
}
