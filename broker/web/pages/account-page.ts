import { html } from 'hono/html';
import type { ActivityPage } from '../../session/activity.ts';
import type { AccountView, SiteEntry, Use } from '../account/account-view.ts';
import { activitySection } from './activity-section.ts';
import { day, timeAgo } from './ago-words.ts';
import { armedButtons } from './confirm-sections.ts';
import { type Html, isolated } from './html.ts';
import type { Language } from './languages.ts';
import { page } from './layout.ts';

export interface AccountPage extends AccountView {
  csrf: string;
  /** The browsers that have this browser's session, as IDs of {@link AccountView.browsers}. */
  here: ReadonlySet<string>;
  activity: ActivityPage;
  /** The account that is signed in. */
  account: string | undefined;
  now: number;
}

/** The page that lists where a person is signed in and lets them end each sign-in. */
export function accountPage(
  language: Language,
  { csrf, here, activity, account, now, browsers, devices, sites }: AccountPage,
): Html {
  const { account: words, identity } = language.words;
  const since = (at: number): Html => timeAgo(language, at, now);
  const hereFirst = browsers.toSorted((a, b) => Number(here.has(b.id)) - Number(here.has(a.id)));
  const form = (
    action: string,
    fields: Record<string, string>,
    label: string,
    described: string,
    attributes = html``,
  ): Html =>
    html`<form method="post" action="/account">
            <input type="hidden" name="csrf" value="${csrf}">${Object.entries(fields).map(
              ([name, value]) => html`<input type="hidden" name="${name}" value="${value}">`,
            )}
            <button class="link" type="submit" name="action" value="${action}" aria-label="${label}: ${described}" ${attributes}>${label}</button>
          </form>`;
  const used = ({ lastUsedAt, lastUsedFrom }: Use): Html | string => {
    if (lastUsedAt === undefined) return words.notUsed;
    return lastUsedFrom
      ? words.lastUsedFrom(since(lastUsedAt), isolated(lastUsedFrom))
      : words.lastUsed(since(lastUsedAt));
  };
  const use = (entry: AccountView['browsers'][number]): Html =>
    html`<p class="soft">${used(entry)} · ${entry.needsSignIn ? words.needsSignIn : words.until(day(language, entry.expiresAt))}</p>`;
  const decided = (site: SiteEntry): Html | string => {
    if (site.access === 'never') return words.refusedAt(since(site.refusedAt));
    return site.access === 'person' ? words.allowedAt(since(site.allowedAt)) : words.allowedByOrganization;
  };
  const decide = ({ access, origin, name }: SiteEntry): Html | string => {
    if (access === 'organization') return '';
    return access === 'never'
      ? form('let_site_ask', { origin }, words.letAsk, name, html`data-armed`)
      : form('end_site', { origin }, words.takeBack, name);
  };
  const may = (permissions: readonly string[]): Html | string =>
    permissions.length === 0 ? '' : html`<ul>${permissions.map((text) => html`<li><bdi>${text}</bdi></li>`)}</ul>`;

  return page(
    language,
    { title: words.title, script: armedButtons },
    html`<h1>${words.title}</h1>
      ${account ? html`<p class="lead">${isolated(account)}</p>` : ''}
      <form method="post" action="/signout"><input type="hidden" name="csrf" value="${csrf}"><button class="link" type="submit">${words.signOutHere}</button></form>
      <section aria-labelledby="browsers">
        <h2 id="browsers">${words.browsers}</h2>
        ${browsers.length === 0 ? html`<p>${words.none}</p>` : ''}
        ${hereFirst.map(
          (browser) => html`<article class="item">
          <p><strong><bdi>${browser.name}</bdi></strong>${here.has(browser.id) ? html` <span class="here">${words.here}</span>` : ''} <span class="soft">${words.signedIn(since(browser.signedInAt))}</span></p>
          ${use(browser)}
          ${form('end_browser', { id: browser.id }, words.signOut, here.has(browser.id) ? `${browser.name}, ${words.here}` : browser.name)}
        </article>`,
        )}
      </section>
      <section aria-labelledby="devices">
        <h2 id="devices">${words.devices}</h2>
        ${devices.length === 0 ? html`<p>${words.none}</p>` : ''}
        ${devices.map(
          (device) => html`<article class="item">
          <p><strong><bdi>${device.name}</bdi></strong>${device.name === device.client ? '' : html` <bdi class="soft">${device.client}</bdi>`}
            <span class="soft">${words.signedIn(since(device.signedInAt))}</span></p>
          ${use(device)}
          ${may([...device.may, ...device.knows.map((fact) => identity[fact])])}
          ${form('end_device', { id: device.id }, words.signOut, device.name)}
          <details><summary>${words.rename}</summary>
            <form method="post" action="/account">
              <input type="hidden" name="csrf" value="${csrf}"><input type="hidden" name="id" value="${device.id}">
              <label>${words.name} <input name="name" value="${device.name}" maxlength="60" required></label>
              <button type="submit" name="action" value="rename_device">${words.rename}</button>
            </form>
          </details>
        </article>`,
        )}
      </section>
      <section aria-labelledby="sites">
        <h2 id="sites">${words.sites}</h2>
        ${sites.length === 0 ? html`<p>${words.none}</p>` : ''}
        ${sites.map(
          (site) => html`<article class="item">
          <p><strong><bdi>${site.name}</bdi></strong> <span class="soft"><bdi>${site.origin}</bdi> · ${decided(site)}</span></p>
          <p class="soft">${used(site)}</p>
          ${site.access === 'never' ? '' : may(site.may)}
          ${decide(site)}
        </article>`,
        )}
      </section>
      ${activitySection(language, { activity, now, csrf })}
      <form method="post" action="/account" class="everywhere">
        <input type="hidden" name="csrf" value="${csrf}">
        <button class="danger" type="submit" name="action" value="end_all">${words.everywhere}</button>
        <p class="fine">${words.everywhereText}</p>
      </form>`,
  );
}
