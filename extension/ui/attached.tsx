/** @jsxImportSource hono/jsx/dom */
import { useEffect, useState } from 'hono/jsx/dom';
import { attachHosts } from '../platform/attach-hosts.ts';
import { baked } from '../platform/baked-config.ts';
import { message } from '../platform/i18n.ts';
import type { SiteView } from '../protocol/ui.ts';

/** Says that the extension adds the tokens to the site's requests, or that the browser doesn't let it. */
export const Attached = ({ site }: { site: SiteView }) => {
  const [mayAttach, setMayAttach] = useState<boolean>();
  useEffect(() => {
    attachHosts.missing([site.origin]).then(
      ({ length }) => setMayAttach(length === 0),
      () => undefined,
    );
  }, [site.origin]);
  // What else is missing is said at the site's state.
  const isOn = site.reachable && site.access === 'organization' && baked?.attached?.sites.includes(site.origin);
  if (!isOn || mayAttach === undefined) return null;
  return <p class="quiet">{message(mayAttach ? 'attached' : 'attached_off')}</p>;
};
