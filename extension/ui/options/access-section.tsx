/** @jsxImportSource hono/jsx/dom */
import { message } from '../../platform/i18n.ts';
import type { SettingsView } from '../../protocol/ui.ts';
import { Button } from '../button.tsx';

/** The host of a match pattern. */
export const hostOf = (pattern: string): string => pattern.replace(/^[^/]*\/\/|\/\*$/g, '');

/**
 * The hosts that the extension has access to. The user grants and removes them, or the organization sets them in its
 * build.
 */
export const AccessSection = ({
  view: { build, broker, access },
  busy,
  onTakeBack,
}: {
  view: SettingsView;
  busy: boolean;
  onTakeBack: (pattern: string) => void;
}) => (
  <section class="card" aria-labelledby="access-title">
    <h2 id="access-title">{message('access_title')}</h2>
    <p class="quiet">{message(build === 'store' ? 'access_text_store' : 'access_text_baked')}</p>
    {access.length === 0 ? <p class="empty">{message('access_nothing')}</p> : null}
    <ul class="rows">
      {access.map((pattern) => (
        <li class="row" key={pattern}>
          <div class="grow">
            <p class="origin">{hostOf(pattern)}</p>
            {broker && hostOf(pattern) === new URL(broker.url).hostname ? (
              <p class="quiet">{message('broker_title')}</p>
            ) : null}
          </div>
          {build === 'store' ? (
            <Button
              kind="small"
              busy={busy}
              label={message('take_back_from', hostOf(pattern))}
              onPress={() => onTakeBack(pattern)}
            >
              {message('take_back')}
            </Button>
          ) : null}
        </li>
      ))}
    </ul>
  </section>
);
