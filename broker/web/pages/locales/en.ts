import { html } from 'hono/html';
import type { Part } from '../html.ts';

/** What the pages say, in English. The other languages have the same members: their type is this one's. */
export const en = {
  moment: { title: 'One moment…', text: 'You are being sent on to sign in.', button: 'Continue' },
  code: {
    title: 'Connect a device',
    lead: 'Enter the code that your device shows.',
    label: 'Code',
    button: 'Continue',
    malformed: 'A code has eight letters, such as BCDF\u2060-\u2060GHJK. Look again at your device.',
    wrong:
      'No device is waiting with this code. Compare it with your device, letter by letter; codes last ten minutes.',
    signedInAs: (account: Part) => html`Signed in as ${account}.`,
    next: 'Next you sign in, then you see what the device asks for.',
    warning:
      'Only go on if you are signing in to a device of your own. Nobody who writes or calls you should ever ask you to enter a code here.',
  },
  confirm: {
    device: 'Allow this device?',
    program: 'Allow this program?',
    question: (client: Part) => html`Allow ${client}?`,
    code: (code: Part) => html`It shows the code ${code}. If your device shows another one, deny.`,
    listens: (address: Part) =>
      html`A program on this computer, at ${address}, asks to be signed in. Allow it only if you have just started that yourself.`,
    as: 'It will be signed in as',
    you: 'you',
    notYou: 'Not you?',
    may: (resource: Part) => html`It may, in ${resource}`,
    learn: 'It may learn about you',
    stays: (days: string) => `It stays signed in for at most ${days}. You can end that at any time in your account.`,
    request: 'The request',
    began: (when: string, from: Part) => html`Began ${when}, from ${from}.`,
    unknownAddress: 'an unknown address',
    sameNetwork: 'Your device is on the same network as this browser.',
    otherNetwork: 'Your device is on another network than this browser. If it is not beside you, deny.',
    allow: 'Allow',
    deny: 'Deny',
    doubt: 'Did somebody else ask you to do this? They may be trying to sign in as you.',
    report: 'I did not start this',
  },
  identity: {
    openid: 'Know that it is you',
    profile: 'See your name',
    email: 'See your e-mail address',
    groups: 'See which groups you are in',
  },
  ends: {
    allowed: {
      title: 'You are signed in on your device',
      text: 'It will go on by itself within a few seconds. You can close this page.',
    },
    denied: { title: 'Nothing was signed in', text: 'The device has been told so. You can close this page.' },
    reported: {
      title: 'Thank you. Nothing was signed in',
      text: 'The request has been erased and reported. If somebody sent you the code or a link to this page, do not answer them, and tell your administrator.',
    },
    expired: {
      title: 'This code has expired',
      text: 'A code lasts ten minutes. Nothing was signed in. Start again on your device; it will show a new code.',
    },
    used: {
      title: 'This code was used already',
      text: 'It has been allowed or denied, and cannot be used any more. To sign in another device, start there; it will show a code of its own.',
    },
    too_many: {
      title: 'Too many wrong codes',
      text: 'So that nobody can guess codes, none of yours is checked for an hour. After that, start again on your device; it will show a new code.',
    },
    cancelled: {
      title: 'The sign-in was not finished',
      text: 'Nothing was signed in. Enter the code again when you want to go on.',
    },
    not_allowed: {
      title: 'Your account may not use this device',
      text: 'Nothing was signed in. Your administrator decides who may.',
    },
    signed_out_everywhere: {
      title: 'You are signed out everywhere',
      text: 'Every browser and every device has to sign in again. You can close this page.',
    },
  },
  next: { enterCode: 'Enter a code', account: 'See where you are signed in' },
  errors: {
    stale: {
      title: 'This page is too old',
      text: 'It was open for too long, was used before, or was begun in another browser. Nothing was changed. Begin again.',
    },
    busy: { title: 'Not just now', text: 'This is not possible at the moment. Wait a minute, then try again.' },
    other: {
      title: 'That did not work',
      text: 'Nothing was changed. Begin again; if it stays, tell your administrator:',
    },
    request: 'Request',
  },
  account: {
    title: 'Where you are signed in',
    browsers: 'Browsers',
    devices: 'Devices and programs',
    sites: 'Sites',
    none: 'None.',
    signedIn: (when: string) => `signed in ${when}`,
    lastUsed: (when: string) => `Last used ${when}`,
    lastUsedFrom: (when: string, from: Part) => html`Last used ${when}, from ${from}`,
    notUsed: 'Not used yet',
    needsSignIn: 'has to sign in again',
    allowedAt: (when: string) => `allowed ${when}`,
    allowedByOrganisation: 'allowed by your organisation',
    refusedAt: (when: string) => `you chose “never” ${when}`,
    letAsk: 'Let it ask again',
    signOut: 'Sign out',
    takeBack: 'Take back',
    rename: 'Rename',
    name: 'Name',
    everywhere: 'Sign out everywhere',
    everywhereText:
      'Ends every browser and device above. You are asked to sign in once more first, so that nobody else can do this.',
  },
  justNow: 'less than a minute ago',
};

/** Everything that the pages say, in one language. */
export type Words = typeof en;
