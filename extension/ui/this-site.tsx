/** @jsxImportSource hono/jsx/dom */
import type { ActivePage } from '../platform/active-tab.ts';
import { message } from '../platform/i18n.ts';
import type { SiteView } from '../protocol/ui.ts';
import { Origin } from './origin.tsx';
import { type SiteActions, SiteDetails, SiteName } from './site.tsx';

/** The site in the active tab. It comes first, because people open the popup on a page to ask about that page. */
export const ThisSite = ({
  page: { origin, icon },
  site,
  ...actions
}: { page: ActivePage; site: SiteView | undefined } & SiteActions) => (
  <section aria-labelledby="here">
    <h2 id="here">{message('this_site')}</h2>
    {site ? (
      <div class={`site ${site.access}`} data-origin={site.origin}>
        <div class="row">
          <SiteName site={{ ...site, icon: site.icon ?? icon }} />
        </div>
        <SiteDetails site={site} {...actions} />
      </div>
    ) : (
      <div class="site">
        <Origin origin={origin} />
        <p class="quiet">{message('site_not_approved')}</p>
      </div>
    )}
  </section>
);
