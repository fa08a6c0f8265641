/** @jsxImportSource hono/jsx/dom */
import type { Organization } from '@latchkey/shared/session-api.ts';
import type { Child } from 'hono/jsx';
import { useEffect } from 'hono/jsx/dom';
import { message } from '../platform/i18n.ts';
import { Brand } from './brand.tsx';

/** A page of the extension in a tab. */
export function Page({
  title,
  busy,
  organization,
  children,
}: {
  title: string;
  busy: boolean;
  organization?: Organization | undefined;
  children?: Child;
}) {
  useEffect(() => {
    document.title = `${title} – ${message('name')}`;
  }, [title]);
  return (
    <>
      <header>
        <Brand organization={organization} />
      </header>
      <main class="stack" aria-busy={busy ? 'true' : undefined}>
        <h1>{title}</h1>
        {children}
      </main>
    </>
  );
}
