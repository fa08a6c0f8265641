/** A title, an explanation, and what the button or link says. */
type Words = readonly [title: string, text: string, button?: string];

export interface Texts {
  not_installed: Words;
  unsupported: Words;
  signed_out: Words;
  not_connected: Words;
  failed: Words;
  /** Why something failed, by error code; `other` for the rest. */
  errors: Record<'offline' | 'busy' | 'user_denied' | 'policy_denied' | 'other', string>;
}

export const texts: Texts = {
  not_installed: [
    'Get the Latchkey extension',
    'This page needs the Latchkey browser extension. If you have it, turn it on for this site, or reload the page.',
    'Get the extension',
  ],
  unsupported: ['Open this page in its own tab', 'Latchkey works only in a top-level page on HTTPS.'],
  signed_out: ['Sign in', 'Sign in with Latchkey to continue.', 'Sign in'],
  not_connected: ['Connect this site', 'Latchkey asks you what this site may do.', 'Connect'],
  failed: ['Something went wrong', 'Latchkey couldn’t get access for this page.', 'Try again'],
  errors: {
    offline: 'Can’t reach your organization’s sign-in service. Check your internet connection or VPN, then try again.',
    busy: 'Too many requests. Wait a moment, then try again.',
    user_denied: 'Not finished. Try again when you’re ready.',
    policy_denied: 'Your organization doesn’t allow this. To get access, contact your administrator.',
    other: 'That didn’t work. Try again.',
  },
};
