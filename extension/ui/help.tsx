/** @jsxImportSource hono/jsx/dom */
import type { Organization } from '@latchkey/shared/session-api.ts';
import { message } from '../platform/i18n.ts';

/** How to reach the organization's help. Nothing if it has none. */
export const Help = ({ organization }: { organization: Organization | undefined }) => {
  const { support_url: url, support_email: email, recovery_url: recovery } = organization ?? {};
  if (!url && !email && !recovery) return null;
  return (
    <p class="help">
      {url ? <Link href={url}>{message('get_help')}</Link> : null}
      {email ? <Link href={`mailto:${email}`}>{email}</Link> : null}
      {recovery ? <Link href={recovery}>{message('cannot_sign_in')}</Link> : null}
    </p>
  );
};

const Link = ({ href, children }: { href: string; children?: unknown }) => (
  <a href={href} target="_blank" rel="noreferrer">
    {children}
  </a>
);
