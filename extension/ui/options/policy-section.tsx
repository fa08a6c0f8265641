/** @jsxImportSource hono/jsx/dom */
import { message } from '../../platform/i18n.ts';
import type { SettingsView } from '../../protocol/ui.ts';

/** The organization's policy on this computer, in words. */
export const PolicySection = ({ policy }: { policy: SettingsView['policy'] }) => (
  <section class="card" aria-labelledby="policy-title">
    <h2 id="policy-title">{message('policy_title')}</h2>
    <ul class="asks">
      {policy.provider === undefined ? null : <li>{message('policy_provider', policy.provider)}</li>}
      {policy.sign_in_at_start ? <li>{message('policy_at_start')}</li> : null}
      <li>{message(`policy_private_${policy.private_windows}`)}</li>
      <li>{message(`policy_accounts_${policy.accounts}`)}</li>
      {policy.denied_sites.length === 0 ? null : (
        <li>
          {message('policy_denied')}
          <ul>
            {policy.denied_sites.map((origin) => (
              <li class="origin" key={origin}>
                {origin}
              </li>
            ))}
          </ul>
        </li>
      )}
    </ul>
  </section>
);
