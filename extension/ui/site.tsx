/** @jsxImportSource hono/jsx/dom */
import { ago } from '@latchkey/shared/ago.ts';
import { attaches } from '../platform/baked-config.ts';
import { language, message } from '../platform/i18n.ts';
import type { AccountView, SiteView } from '../protocol/ui.ts';
import { SiteAccount } from './accounts.tsx';
import { Attached } from './attached.tsx';
import { Button } from './button.tsx';
import { Origin } from './origin.tsx';
import { Permissions } from './permissions.tsx';

/** What the person can do about a site. */
export interface SiteActions {
  accounts: AccountView[];
  busy: boolean;
  onConnect: (site: SiteView) => void;
  /** @param account the site's account */
  onDisconnect: (site: SiteView, account: AccountView | undefined) => void;
  onLetAsk: (site: SiteView, account: AccountView) => void;
  /** Absent where the user is on the site. */
  onOpen?: ((site: SiteView) => void) | undefined;
  onAccount: (account: AccountView, site: SiteView) => void;
}

const since = (at: number): string => ago(language(), Date.now() - at, message('just_now'));

/** A blocked site has nothing to turn on. */
const isOff = ({ access, reachable }: SiteView): boolean => !reachable && access !== 'never';

/** The state of a site in one or two words. */
const SiteState = ({ site }: { site: SiteView }) => {
  const state = isOff(site) ? 'off' : site.access;
  return <span class={`state ${state}`}>{message(`state_${state}`)}</span>;
};

/**
 * Icon, name, state and address of a site. Without an icon, it has the first letter of its name.
 *
 * @param address the origin, or what a row has room for
 */
export const SiteName = ({ site, address = site.origin }: { site: SiteView; address?: string }) => (
  <>
    {site.icon ? (
      <img class="tile" src={site.icon} alt="" />
    ) : (
      <span class="tile" aria-hidden="true">
        {[...site.name][0]?.toUpperCase()}
      </span>
    )}
    <div class="grow">
      <div class="named">
        <h3>{site.name}</h3>
        <SiteState site={site} />
      </div>
      <Origin origin={address} />
    </div>
  </>
);

/** What a site can do, why, for which account, and the buttons that change it. */
export const SiteDetails = ({
  site,
  accounts,
  busy,
  onConnect,
  onDisconnect,
  onLetAsk,
  onOpen,
  onAccount,
}: { site: SiteView } & SiteActions) => {
  const account = accounts.find(({ id }) => id === site.account);
  return (
    <div class="about">
      <Permissions resources={site.resources} heading="h4" />
      <SiteAccount site={site} accounts={accounts} busy={busy} onChoose={(chosen) => onAccount(chosen, site)} />
      {isOff(site) ? <p class="quiet">{message('site_unreachable')}</p> : null}
      {site.access === 'person' ? null : <p class="quiet">{message(`access_${site.access}`)}</p>}
      {attaches && site.attached ? <Attached site={site} /> : null}
      {site.lastUsedAt === undefined ? null : <p class="quiet">{message('last_used', since(site.lastUsedAt))}</p>}
      <div class="actions">
        {onOpen ? (
          <Button kind="small" busy={busy} label={message('open_site', site.name)} onPress={() => onOpen(site)}>
            {message('open')}
          </Button>
        ) : null}
        {isOff(site) ? (
          <Button
            kind="small"
            busy={busy}
            label={message('connect_site', site.name)}
            gives={`bridge ${site.origin}`}
            onPress={() => onConnect(site)}
          >
            {message('connect')}
          </Button>
        ) : null}
        {site.access === 'person' ? (
          <Button
            kind="small"
            busy={busy}
            label={message('disconnect_site', site.name)}
            onPress={() => onDisconnect(site, account)}
          >
            {message('disconnect')}
          </Button>
        ) : null}
        {site.access === 'never' && account ? (
          <Button
            kind="small"
            busy={busy}
            label={message('let_site_ask', site.name)}
            gives={`ask ${site.origin} ${account.sub}`}
            onPress={() => onLetAsk(site, account)}
          >
            {message('let_ask')}
          </Button>
        ) : null}
      </div>
    </div>
  );
};
