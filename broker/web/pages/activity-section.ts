import { html } from 'hono/html';
import type { Activity, ActivityPage } from '../../session/activity.ts';
import { timeAgo } from './ago-words.ts';
import { type Html, isolated, type Part } from './html.ts';
import type { Language } from './languages.ts';

/** What happened lately, with a way to end each sign-in that the person doesn't recognize. */
export function activitySection(
  language: Language,
  { activity, now, csrf }: { activity: ActivityPage; now: number; csrf: string },
): Html {
  const { activity: words } = language.words;
  const { entries, next } = activity;
  return html`<section aria-labelledby="activity">
        <h2 id="activity">${words.title}</h2>
        ${entries.length === 0 ? html`<p>${words.none}</p>` : ''}
        ${entries.map(
          (entry) => html`<article class="item">
          <p>${sentence(language, entry)} <span class="soft">${timeAgo(language, entry.at, now)}${
            entry.from === undefined ? '' : html` · ${isolated(entry.from)}`
          }</span></p>
          ${entry.signIn ? endForm(language, entry, csrf) : ''}
        </article>`,
        )}
        ${next === undefined ? '' : html`<p><a href="/account?before=${next}#activity">${words.older}</a></p>`}
      </section>`;
}

function endForm({ words }: Language, { signIn, name }: Activity, csrf: string): Html {
  const label = words.activity.notMe;
  return html`<form method="post" action="/account">
            <input type="hidden" name="csrf" value="${csrf}"><input type="hidden" name="id" value="${signIn?.id}">
            <button class="link" type="submit" name="action" value="end_${signIn?.of}" aria-label="${label}: ${name}">${label}</button>
          </form>`;
}

function sentence({ words }: Language, { kind, name, by }: Activity): Part {
  const { activity: said } = words;
  const what = name === undefined ? said.unknown : isolated(name);
  if (kind === 'browser_signed_out' || kind === 'device_signed_out') return said.signedOut[by ?? 'organization'](what);
  return said.kinds[kind](what);
}
