/** @jsxImportSource hono/jsx/dom */
import { ago } from '@latchkey/shared/ago.ts';
import {
  type ActivityAnswer,
  type ActivityEntry,
  activityAnswer,
  activityKinds,
} from '@latchkey/shared/session-activity.ts';
import { useEffect, useState } from 'hono/jsx/dom';
import { language, message } from '../platform/i18n.ts';
import { Button } from './button.tsx';
import { ownAnswer } from './own-answer.ts';
import type { PanelProps } from './panel-props.ts';

const known: ReadonlySet<string> = new Set(activityKinds);

/** What happened, in one sentence. */
function sentence({ kind, name, by = 'organization' }: ActivityEntry): string {
  const what = name ?? message('activity_unknown');
  const ended = kind === 'browser_signed_out' || kind === 'device_signed_out';
  return message(ended ? `activity_signed_out_${by}` : `activity_${kind}`, what);
}

/** What happened lately to the user's sign-ins, devices and sites, here and elsewhere. */
export const ActivityPanel = ({ client, account: { sub }, busy, act }: PanelProps) => {
  const [view, setView] = useState<ActivityAnswer>();
  const load = async (before?: number): Promise<void> => {
    const next = ownAnswer(activityAnswer, await client.call('own.call', { path: 'activity', before, sub }));
    setView((shown) =>
      before === undefined || !shown ? next : { ...next, entries: [...shown.entries, ...next.entries] },
    );
  };
  useEffect(() => {
    void act({ run: () => load(), doing: message('loading') });
  }, [sub]);
  const end = ({ sign_in: signIn, name = '' }: ActivityEntry) => {
    if (!signIn) return;
    void act({
      doing: message('signing_out'),
      async run() {
        await client.call('own.call', { path: 'activity/end', body: signIn, sub });
        await load();
      },
      done: message('activity_ended', name),
    });
  };
  if (!view) return null;
  // A newer broker may know more.
  const entries = view.entries.filter(({ kind }) => known.has(kind));
  return (
    <>
      {entries.length === 0 ? <p class="quiet">{message('activity_none')}</p> : null}
      <ul class="activity">
        {entries.map((entry) => (
          <li key={entry.id}>
            <p>{sentence(entry)}</p>
            <p class="quiet">
              {ago(language(), Math.max(0, Date.now() - entry.at * 1_000), message('just_now'))}
              {entry.here ? ` · ${message('activity_here')}` : null}
              {entry.from === undefined ? null : (
                <>
                  {' · '}
                  <bdi>{entry.from}</bdi>
                </>
              )}
            </p>
            {entry.sign_in && !entry.here ? (
              <Button
                kind="small"
                busy={busy}
                label={message('activity_not_me_of', entry.name ?? message('activity_unknown'))}
                onPress={() => end(entry)}
              >
                {message('activity_not_me')}
              </Button>
            ) : null}
          </li>
        ))}
      </ul>
      {view.next === undefined ? null : (
        <Button busy={busy} onPress={() => void act({ run: () => load(view.next), doing: message('loading') })}>
          {message('activity_older')}
        </Button>
      )}
    </>
  );
};
