/** @jsxImportSource hono/jsx/dom */
import type { FC } from 'hono/jsx';
import { useEffect, useState } from 'hono/jsx/dom';
import { message } from '../platform/i18n.ts';
import { keptInSession } from '../platform/kept-in-session.ts';
import type { PopupState } from '../protocol/ui.ts';
import { Button } from './button.tsx';
import { giveFirstFocus, rescueFocus } from './focus.ts';
import type { PanelProps } from './panel-props.ts';

/** `asked`: a device that asks by itself. */
export type PanelName = 'activity' | 'device' | 'asked';

/** Whether a device was asked about before the popup closed, and the user has not seen how that ended. */
export async function hasOpenDevice(): Promise<boolean> {
  const kept = await keptInSession('device').get();
  return typeof kept === 'object' && kept !== null && 'until' in kept && Number(kept.until) > Date.now();
}

/** The rows that open a panel, as far as the broker has what it shows. */
export const PanelRows = ({
  state: { features, news },
  isAsked,
  onOpen,
}: {
  /** A device asks by itself. */
  isAsked: boolean;
  state: Pick<Extract<PopupState, { view: 'signed_in' }>, 'features' | 'news'>;
  onOpen: (panel: PanelName) => void;
}) =>
  features.length === 0 ? null : (
    <nav class="panels" aria-label={message('more')}>
      {features.includes('devices') ? (
        <button type="button" data-panel="device" onClick={() => onOpen('device')}>
          <span class="grow">{message('device')}</span>
        </button>
      ) : null}
      {features.includes('activity') ? (
        <button type="button" data-panel="activity" onClick={() => onOpen('activity')}>
          <span class="grow">{message('activity')}</span>
          {news > 0 ? <span class="state never">{message('activity_news')}</span> : null}
        </button>
      ) : null}
      {isAsked ? (
        <button type="button" data-panel="asked" onClick={() => onOpen('asked')}>
          <span class="grow">{message('device_asks')}</span>
          <span class="state never">{message('activity_news')}</span>
        </button>
      ) : null}
    </nav>
  );

/** A panel in the place of the popup's view. Its code is loaded when it is first opened. */
export const Panel = ({ name, onBack, ...props }: { name: PanelName; onBack: () => void } & PanelProps) => {
  const [Content, setContent] = useState<{ of: FC<PanelProps> }>();
  useEffect(() => {
    void (name === 'activity'
      ? import('./activity-panel.tsx').then(({ ActivityPanel }) => setContent({ of: ActivityPanel }))
      : import('./device-panel.tsx').then(({ DevicePanel }) => setContent({ of: DevicePanel })));
  }, [name]);
  useEffect(() => {
    // The row that had the focus is gone.
    setTimeout(() => {
      giveFirstFocus();
      rescueFocus();
    });
  }, [Content]);
  return (
    <div class="stack" data-open={name}>
      <div class="row">
        <Button kind="icon" label={message('back')} onPress={onBack}>
          <svg class="icon back" viewBox="0 0 24 24" aria-hidden="true">
            <path d="M15 5l-7 7 7 7" />
          </svg>
        </Button>
        <h1>{message(name === 'activity' ? 'activity' : 'device')}</h1>
      </div>
      {Content ? <Content.of {...props} /> : null}
    </div>
  );
};
