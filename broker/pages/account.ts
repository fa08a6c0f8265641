import { html } from 'hono/html';
import type { AccountView } from '../account/view.ts';
import { ago } from './ago.ts';
import { type Html, page } from './layout.ts';

interface AccountPage extends AccountView {
  csrf: string;
  /** Who is signed in here. */
  account: string | undefined;
  now: number;
}

/** Where somebody is signed in, and how they end that. */
export const accountPage = ({ csrf, account, now, browsers, devices, sites }: AccountPage): Html => {
  const form = (action: string, fields: Record<string, string>, label: string, described: string): Html =>
    html`<form method="post" action="/account">
            <input type="hidden" name="csrf" value="${csrf}">${Object.entries(fields).map(
              ([name, value]) => html`<input type="hidden" name="${name}" value="${value}">`,
            )}
            <button class="link" type="submit" name="action" value="${action}" aria-label="${label}: ${described}">${label}</button>
          </form>`;
  const used = ({ lastUsedAt, lastUsedFrom, needsSignIn }: AccountView['browsers'][number]): Html =>
    html`<p class="soft">${lastUsedAt === undefined ? 'Not used yet' : `Last used ${ago(now - lastUsedAt)}`}${
      lastUsedFrom ? `, from ${lastUsedFrom}` : ''
    }${needsSignIn ? ' · has to sign in again' : ''}</p>`;

  return page(
    { title: 'Your account' },
    html`<h1>Where you are signed in</h1>
      ${account ? html`<p class="lead">${account}</p>` : ''}
      <section aria-labelledby="browsers">
        <h2 id="browsers">Browsers</h2>
        ${browsers.length === 0 ? html`<p>None.</p>` : ''}
        ${browsers.map(
          (browser) => html`<article class="item">
          <p><strong>${browser.name}</strong> <span class="soft">signed in ${ago(now - browser.signedInAt)}</span></p>
          ${used(browser)}
          ${form('end_browser', { id: browser.id }, 'Sign out', browser.name)}
        </article>`,
        )}
      </section>
      <section aria-labelledby="devices">
        <h2 id="devices">Devices and programs</h2>
        ${devices.length === 0 ? html`<p>None.</p>` : ''}
        ${devices.map(
          (device) => html`<article class="item">
          <p><strong>${device.name}</strong>${device.name === device.client ? '' : html` <span class="soft">${device.client}</span>`}
            <span class="soft">signed in ${ago(now - device.signedInAt)}</span></p>
          ${used(device)}
          ${device.may.length === 0 ? '' : html`<ul>${device.may.map((words) => html`<li>${words}</li>`)}</ul>`}
          ${form('end_device', { id: device.id }, 'Sign out', device.name)}
          <details><summary>Rename</summary>
            <form method="post" action="/account">
              <input type="hidden" name="csrf" value="${csrf}"><input type="hidden" name="id" value="${device.id}">
              <label>Name <input name="name" value="${device.name}" maxlength="60" required></label>
              <button type="submit" name="action" value="rename_device">Rename</button>
            </form>
          </details>
        </article>`,
        )}
      </section>
      <section aria-labelledby="sites">
        <h2 id="sites">Sites that you allowed</h2>
        ${sites.length === 0 ? html`<p>None.</p>` : ''}
        ${sites.map(
          (site) => html`<article class="item">
          <p><strong>${site.name}</strong> <span class="soft">${site.origin} · allowed ${ago(now - site.allowedAt)}</span></p>
          ${site.may.length === 0 ? '' : html`<ul>${site.may.map((words) => html`<li>${words}</li>`)}</ul>`}
          ${form('end_site', { origin: site.origin }, 'Take back', site.name)}
        </article>`,
        )}
      </section>
      <form method="post" action="/account" class="everywhere">
        <input type="hidden" name="csrf" value="${csrf}">
        <button type="submit" name="action" value="end_all">Sign out everywhere</button>
        <p class="fine">Ends every browser and device above. You are asked to sign in once more first, so that nobody else can do this.</p>
      </form>
      <form method="post" action="/signout"><input type="hidden" name="csrf" value="${csrf}"><button class="link" type="submit">Not you?</button></form>`,
  );
};
