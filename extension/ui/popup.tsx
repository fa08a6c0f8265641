/** @jsxImportSource hono/jsx/dom */
import { useEffect, useRef, useState } from 'hono/jsx/dom';
import { type ActivePage, activePage } from '../platform/active-tab.ts';
import { message } from '../platform/i18n.ts';
import { openSettings } from '../platform/pages.ts';
import { connect } from '../platform/port.ts';
import { isInPrivateWindow } from '../platform/private-window.ts';
import { requestAccess } from '../platform/sites.ts';
import { type AccountView, type PopupState, type SiteView, type UiParams, uiPortName } from '../protocol/ui.ts';
import { Brand } from './brand.tsx';
import { Button } from './button.tsx';
import { giveFirstFocus, rescueFocus } from './focus.ts';
import { mount } from './mount.tsx';
import { hasOpenDevice, Panel, type PanelName, PanelRows } from './panels.tsx';
import { Problem } from './problem.tsx';
import { Setup, Unreachable } from './setup.tsx';
import { SignedIn } from './signed-in.tsx';
import { SignedOut } from './signed-out.tsx';
import { type SignInWindow, SigningIn } from './signing-in.tsx';
import { Skeleton } from './skeleton.tsx';
import { StatusLine } from './status-line.tsx';
import { createUiClient } from './ui-client.ts';
import { type Action, type Actions, type Undo, useActions } from './use-actions.ts';
import { useAskingDevice } from './use-asking-device.ts';

let onChanged = (): void => undefined;
const client = createUiClient(
  () => connect(uiPortName),
  () => onChanged(),
);

/** Asks the browser for access. If the prompt closes the popup, the background continues. */
const reaching = (origin: string, pending: UiParams<'setup.expect'>): Pick<Action, 'run' | 'doing'> => ({
  doing: message('asking_browser'),
  async run() {
    const answered = requestAccess(origin);
    await client.call('setup.expect', pending);
    if (await answered) await client.call('setup.resume', {});
  },
});

/** Not an action: it has to work while the sign-in is one. */
const signInWindow: SignInWindow = {
  onShow: () => void client.call('sign_in.show', {}).catch(() => undefined),
  onCancel: () => void client.call('sign_in.cancel', {}).catch(() => undefined),
};

/** Puts back the access that was removed. */
const restoring = ({ origin, name }: SiteView, { sub }: AccountView): Undo => ({
  label: message('undo_site', name),
  gives: `back ${origin} ${sub}`,
  action: {
    run: () => client.call('site.restore', { origin, sub }),
    doing: message('loading'),
    done: message('restored_site', name),
    focus: placeOf(origin),
  },
});

function View({
  state,
  here,
  busy,
  act,
  isAsked,
  onPanel,
}: { state: PopupState; here: ActivePage | undefined; isAsked: boolean; onPanel: (panel: PanelName) => void } & Pick<
  Actions,
  'busy' | 'act'
>) {
  const reachBroker = (broker: string) => void act(reaching(broker, { broker }));
  const run = (doing: string, call: () => Promise<unknown>, more: Pick<Action, 'done' | 'focus' | 'undo'> = {}) =>
    void act({ run: call, doing, ...more });
  const signIn = (params: UiParams<'session.sign_in'>) =>
    run(message('signing_in_title'), () => client.call('session.sign_in', params), { done: message('signed_in_now') });
  switch (state.view) {
    case 'not_configured':
      return <Setup busy={busy} onBroker={reachBroker} />;
    case 'unreachable':
      return <Unreachable broker={state.broker} busy={busy} onBroker={reachBroker} />;
    case 'signing_in':
      return <SigningIn hasWindow={state.hasWindow} {...signInWindow} />;
    case 'signed_out':
      return (
        <SignedOut
          providers={state.providers}
          providerHost={state.providerHost}
          busy={busy}
          onSignIn={(provider) => signIn({ provider })}
          onProviderSignOut={() => run(message('loading'), () => client.call('provider.sign_out', {}))}
        />
      );
    case 'signed_in':
      return (
        <SignedIn
          state={state}
          here={here}
          busy={busy}
          onSignIn={({ id }) => signIn({ account: id })}
          onSignOut={({ id }) =>
            run(message('signing_out'), () => client.call('session.sign_out', { account: id }), {
              done: message('signed_out_now'),
            })
          }
          onSignOutAll={() =>
            run(message('signing_out'), () => client.call('account.sign_out_all', {}), {
              done: message('signed_out_now'),
            })
          }
          onAdd={(provider) => run(message('signing_in_title'), () => client.call('account.add', { provider }))}
          onAccount={({ id, sub }, site) =>
            run(message('loading'), () => client.call('account.choose', { account: id, sub, origin: site?.origin }), {
              done: message('account_changed'),
            })
          }
          onConnect={({ origin, name }) =>
            void act({
              ...reaching(origin, { site: origin }),
              done: message('connected_site', name),
              focus: placeOf(origin),
            })
          }
          signInWindow={signInWindow}
          onDisconnect={(site, account) =>
            run(
              message('disconnecting_site', site.name),
              () => client.call('site.disconnect', { origin: site.origin }),
              {
                done: message('disconnected_site', site.name),
                focus: placeOf(site.origin),
                undo: account && restoring(site, account),
              },
            )
          }
          onOpen={({ origin }) =>
            // Firefox leaves the popup open.
            run(message('loading'), () => client.call('site.open', { origin }).then(() => window.close()))
          }
          onLetAsk={({ origin, name }, { sub }) =>
            run(message('loading'), () => client.call('site.let_ask', { origin, sub }), {
              done: message('may_ask_again', name),
              focus: placeOf(origin),
            })
          }
        >
          <PanelRows state={state} isAsked={isAsked} onOpen={onPanel} />
        </SignedIn>
      );
  }
}

/** The row or heading of a site. It gets the focus if the site's button disappears. */
const placeOf = (origin: string): string => `[data-origin=${CSS.escape(origin)}] :is(summary, .row h3)`;

/** By default, the extension doesn't serve private windows. In a private window, the popup explains that. */
function PrivateWindow() {
  const [refused, setRefused] = useState(false);
  useEffect(() => {
    void Promise.all([isInPrivateWindow(), client.call('private_windows.get', {})]).then(
      ([here, { served }]) => setRefused(here && !served),
      () => undefined,
    );
  }, []);
  return refused ? <p class="problem">{message('private_window')}</p> : null;
}

/** A field has an undo of its own. */
function pressUndo(event: KeyboardEvent): void {
  const isUndo = (event.ctrlKey || event.metaKey) && !event.shiftKey && event.key === 'z';
  if (isUndo && !(event.target instanceof HTMLInputElement))
    document.querySelector<HTMLElement>('.status-line button')?.click();
}

function Popup() {
  const [state, setState] = useState<PopupState>();
  const [here, setHere] = useState<ActivePage>();
  const { busy, status, undo, problem, act, reload } = useActions(() => client.call('state.get', {}).then(setState));
  const [panel, setPanel] = useState<PanelName>();
  const asking = useAskingDevice(client, state, panel === undefined && !busy, () => setPanel('asked'));
  const seen = useRef<PopupState['view'] | undefined>(undefined);
  const organization = state && 'organization' in state ? state.organization : undefined;
  const shown = problem ?? (state && 'problem' in state ? state.problem : undefined);

  useEffect(() => {
    onChanged = () => void reload();
    void reload();
    void activePage().then(setHere, () => undefined);
    document.addEventListener('keydown', pressUndo);
  }, []);
  useEffect(() => {
    // The popup closed while a device was asked about.
    if (state?.view === 'signed_in') void hasOpenDevice().then((isOpen) => isOpen && setPanel('device'));
  }, [state?.view]);
  useEffect(() => {
    if (!state) return;
    setTimeout(() => {
      giveFirstFocus();
      // The focused view is gone. When the popup has just opened, screen readers start at the top instead.
      if (seen.current !== undefined) rescueFocus();
      seen.current = state.view;
    });
  }, [state?.view]);

  return (
    <>
      <header>
        <Brand organization={organization} />
        <Button kind="icon" label={message('settings')} onPress={() => void openSettings()}>
          <Gear />
        </Button>
      </header>
      <main aria-busy={state ? undefined : 'true'}>
        <PrivateWindow />
        {state?.view === 'signed_in' && panel ? (
          <Panel
            name={panel}
            client={client}
            account={state.account}
            asking={panel === 'asked' ? asking.found : undefined}
            busy={busy}
            act={act}
            onBack={() => {
              if (panel === 'asked') asking.close();
              setPanel(undefined);
              setTimeout(() => rescueFocus(`[data-panel=${panel}]`));
            }}
          />
        ) : state ? (
          <View
            state={state}
            here={here}
            busy={busy}
            act={act}
            isAsked={asking.found !== undefined}
            onPanel={setPanel}
          />
        ) : (
          <Skeleton isWaiting={!shown} />
        )}
      </main>
      <div class="foot">
        <Problem problem={shown} organization={organization} />
        <StatusLine words={status}>
          {undo ? (
            <Button
              kind="small"
              busy={busy}
              label={undo.label}
              keys="Control+Z Meta+Z"
              gives={undo.gives}
              onPress={() => void act(undo.action)}
            >
              {message('undo')}
            </Button>
          ) : null}
        </StatusLine>
      </div>
    </>
  );
}

const Gear = () => (
  <svg class="icon" viewBox="0 0 24 24" aria-hidden="true">
    <path d="M4 7h9M19 7h1M4 17h1M11 17h9" />
    <circle cx="16" cy="7" r="3" />
    <circle cx="8" cy="17" r="3" />
  </svg>
);

/** What the browser keeps of the screen's height for its toolbar, in pixels. Measured in Chromium. */
const browserHeight = 90;
document.documentElement.style.setProperty('--room', `${screen.availHeight - browserHeight}px`);
mount(<Popup />);
