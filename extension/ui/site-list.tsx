/** @jsxImportSource hono/jsx/dom */
import { useState } from 'hono/jsx/dom';
import { message } from '../platform/i18n.ts';
import type { SiteView } from '../protocol/ui.ts';
import { type SiteActions, SiteDetails, SiteName } from './site.tsx';

/** So few sites fit into the popup with their details. */
const openUpTo = 3;
/** As many sites are faster to search than to scan. */
const searchFrom = 8;

/** Recently used sites come first, and the others in the configuration's order. */
const recentFirst = (sites: readonly SiteView[]): SiteView[] =>
  [...sites].sort((a, b) => (b.lastUsedAt ?? 0) - (a.lastUsedAt ?? 0));

/** `https://` is the rule, so a row leaves it out. An exception is shown. */
const addressOf = ({ origin }: SiteView): string => origin.replace(/^https:\/\//, '');

/** The person's sites, one row each. A row opens to show what the site can do. */
export const SiteList = ({
  sites,
  title,
  ...actions
}: {
  sites: SiteView[];
  title: string;
} & SiteActions) => {
  const [wanted, setWanted] = useState('');
  const found = recentFirst(sites).filter(({ name, origin }) =>
    `${name} ${origin}`.toLowerCase().includes(wanted.trim().toLowerCase()),
  );
  return (
    <section aria-labelledby="sites">
      <h2 id="sites">{title}</h2>
      {sites.length < searchFrom ? null : (
        <input
          type="search"
          class="search"
          aria-label={message('search_sites')}
          placeholder={message('search_sites')}
          onInput={(event: Event) => setWanted((event.target as HTMLInputElement).value)}
        />
      )}
      {found.length === 0 ? (
        <p class="empty" role="status">
          {message(sites.length === 0 ? 'no_sites' : 'no_match')}
        </p>
      ) : (
        <ul class="sites">
          {found.map((site) => (
            <li key={site.origin} class={`site ${site.access}`} data-origin={site.origin}>
              <details open={sites.length <= openUpTo}>
                <summary>
                  <SiteName site={site} address={addressOf(site)} />
                </summary>
                <SiteDetails site={site} {...actions} />
              </details>
            </li>
          ))}
        </ul>
      )}
    </section>
  );
};
