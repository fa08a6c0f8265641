import { html } from 'hono/html';
import type { Part } from '../html.ts';

/** What the pages say, in English. The other languages have the same members: their type is this one's. */
export const en = {
  moment: { title: 'One moment…', text: 'Redirecting you to sign in…', button: 'Continue' },
  otherSite: {
    title: 'Continue to sign in',
    text: 'A link on another site brought you here. Continue if you want to sign in.',
    button: 'Continue',
  },
  providers: {
    title: 'Choose how to sign in',
    lead: 'Your organization offers several options.',
    at: (provider: Part) => html`Sign in with ${provider}`,
    last: 'Last used',
  },
  code: {
    title: 'Sign in on a device',
    lead: 'Enter the code shown on your device.',
    label: 'Code',
    button: 'Continue',
    malformed: 'Enter all 8 letters of the code, for example BCDF\u2060-\u2060GHJK.',
    wrong:
      'That code isn’t valid or has expired. Check the code on your device and try again. Codes are valid for 10 minutes.',
    signedInAs: (account: Part) => html`Signed in as ${account}.`,
    next: 'Next, you’ll sign in and review what the device can access.',
    warning:
      'Only continue if you’re signing in on your own device. Never enter a code that someone sent you or read to you over the phone.',
  },
  confirm: {
    device: 'Allow this device?',
    program: 'Allow this app?',
    question: (client: Part) => html`Allow ${client} to sign in as you?`,
    code: (code: Part) => html`Make sure your device shows ${code}. If it shows a different code, choose Deny.`,
    listens: (address: Part) =>
      html`An app on this computer (${address}) wants to sign in as you. Allow it only if you just started it yourself.`,
    as: 'Account',
    you: 'you',
    notYou: 'Use a different account',
    may: (resource: Part) => html`In ${resource}, it can:`,
    learn: 'It can see this about you:',
    stays: (days: string) => `It stays signed in for up to ${days}. You can sign it out at any time from your account.`,
    request: 'Request details',
    began: (when: string, from: Part) => html`Started ${when} from ${from}.`,
    unknownAddress: 'an unknown address',
    sameNetwork: 'This device is on the same network as your browser.',
    otherNetwork: 'This device is on a different network from your browser. If it isn’t next to you, choose Deny.',
    allow: 'Allow',
    deny: 'Deny',
    doubt: 'Did someone ask you to do this? It could be a scam to sign in as you.',
    report: 'Report: I didn’t start this',
  },
  identity: {
    openid: 'Confirm who you are',
    profile: 'See your name',
    email: 'See your email address',
    groups: 'See your groups',
  },
  ends: {
    allowed: {
      title: 'You’re signed in',
      text: 'Your device will continue in a few seconds. You can close this page.',
    },
    denied: { title: 'Sign-in denied', text: 'The device wasn’t signed in. You can close this page.' },
    reported: {
      title: 'Thanks for reporting this',
      text: 'The device wasn’t signed in, and the report is in your administrator’s log. If someone sent you the code or a link to this page, don’t reply. Tell your administrator.',
    },
    expired: {
      title: 'This code has expired',
      text: 'The device wasn’t signed in. Codes are valid for 10 minutes. Get a new code on your device and try again.',
    },
    used: {
      title: 'This code was already used',
      text: 'Each code works once. To sign in another device, get a new code on that device.',
    },
    too_many: {
      title: 'Too many incorrect codes',
      text: 'Try again in an hour with a new code from your device.',
    },
    not_allowed: {
      title: 'Your account can’t use this device',
      text: 'The device wasn’t signed in. Contact your administrator to get access.',
    },
    signed_out: {
      title: 'You’re signed out',
      text: 'The app that brought you here is signed out. You can close this page.',
    },
    signed_out_everywhere: {
      title: 'You’re signed out everywhere',
      text: 'You’ve been signed out of all browsers and devices. You can close this page.',
    },
    gone: {
      title: 'This page has expired',
      text: 'If you made a choice here, it still counts. Your account page shows where you’re signed in.',
    },
  },
  refused: {
    denied: {
      title: 'You weren’t signed in',
      text: (provider: Part) =>
        html`${provider} ended the sign-in. If you canceled, you can try again. If you didn’t, your account may not have access. Ask your administrator for access.`,
    },
    interaction: {
      title: 'You weren’t signed in',
      text: (provider: Part) =>
        html`${provider} needs more from you, such as a second factor or a new password. Try again and complete the steps there.`,
    },
    unavailable: {
      title: 'Try again in a minute',
      text: (provider: Part) => html`${provider} can’t sign you in right now.`,
    },
    setup: {
      title: 'Sign-in isn’t set up correctly',
      text: (provider: Part) =>
        html`${provider} doesn’t accept the sign-in request. Trying again won’t help: your administrator has to fix this.`,
    },
    so: {
      device: 'The device wasn’t signed in.',
      program: 'The app wasn’t signed in. To try again, go back to it.',
      everywhere: 'You weren’t signed out anywhere.',
    },
    again: 'Try again',
  },
  next: { enterCode: 'Enter a code', account: 'Manage your browsers and devices', signIn: 'Sign in again' },
  errors: {
    notFound: {
      title: 'Page not found',
      text: 'There’s nothing at this address. Check it for typos, or continue here:',
    },
    stale: {
      title: 'This page has expired',
      text: 'It was open too long, was already used, was opened in another browser, or your browser didn’t send this page’s cookie. Nothing was changed. Start again. If this keeps happening, allow cookies for this site.',
    },
    busy: {
      title: 'Try again in a minute',
      text: 'We can’t complete this right now. Wait a minute, then try again. If it keeps happening, contact your administrator.',
    },
    other: {
      title: 'Something went wrong',
      text: 'Nothing was changed. Try again. If it happens again, send these details to your administrator:',
    },
    request: 'Request ID',
  },
  account: {
    title: 'Browsers, devices and sites',
    browsers: 'Browsers',
    devices: 'Devices and apps',
    sites: 'Sites',
    none: 'None yet.',
    here: 'This browser',
    signedIn: (when: Part) => html`signed in ${when}`,
    until: (day: Part) => html`signed in until ${day} at the latest`,
    lastUsed: (when: Part) => html`Last used ${when}`,
    lastUsedFrom: (when: Part, from: Part) => html`Last used ${when} from ${from}`,
    notUsed: 'Never used',
    needsSignIn: 'sign-in needed',
    allowedAt: (when: Part) => html`allowed ${when}`,
    allowedByOrganization: 'allowed by your organization',
    refusedAt: (when: Part) => html`blocked by you ${when}`,
    letAsk: 'Unblock',
    signOutHere: 'Sign out of this page',
    signOut: 'Sign out',
    takeBack: 'Remove access',
    rename: 'Rename',
    name: 'Name',
    everywhere: 'Sign out everywhere',
    everywhereText:
      'Signs you out of all browsers and devices above. You’ll sign in once more to confirm that it’s you.',
  },
  activity: {
    title: 'Recent activity',
    none: 'Nothing yet.',
    older: 'Show older activity',
    notMe: 'This wasn’t me: sign out',
    unknown: 'A browser or device',
    kinds: {
      browser_signed_in: (it: Part) => html`${it} signed in`,
      page_signed_in: (_it: Part) => 'You signed in to this account page or to a device page',
      device_signed_in: (it: Part) => html`${it} signed in`,
      device_denied: (it: Part) => html`You denied a sign-in of ${it}`,
      device_reported: (it: Part) => html`You reported a sign-in of ${it}`,
      signed_out_everywhere: (_it: Part) => 'You signed out everywhere',
      site_allowed: (it: Part) => html`You allowed ${it}`,
      site_removed: (it: Part) => html`You removed the access of ${it}`,
      site_blocked: (it: Part) => html`You blocked ${it}`,
      site_unblocked: (it: Part) => html`You unblocked ${it}`,
      code_failed: (_it: Part) => 'A wrong device code was entered',
      session_misused: (_it: Part) => 'Someone tried to use a copy of your sign-in. It was blocked.',
    },
    signedOut: {
      person: (it: Part) => html`${it} was signed out by you`,
      organization: (it: Part) => html`${it} was signed out by your organization`,
      protection: (it: Part) => html`${it} was signed out to protect you`,
    },
  },
  help: { title: 'Need help?', page: 'Get help', recovery: 'Can’t sign in?' },
  justNow: 'just now',
};

/** Everything that the pages say, in one language. */
export type Words = typeof en;
