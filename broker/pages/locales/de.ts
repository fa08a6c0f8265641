import { html } from 'hono/html';
import type { Words } from './en.ts';

export const de: Words = {
  moment: { title: 'Einen Moment …', text: 'Sie werden zur Anmeldung weitergeleitet.', button: 'Weiter' },
  code: {
    title: 'Gerät verbinden',
    lead: 'Geben Sie den Code ein, den Ihr Gerät zeigt.',
    label: 'Code',
    button: 'Weiter',
    malformed: 'Ein Code hat acht Buchstaben, zum Beispiel BCDF-GHJK. Sehen Sie noch einmal auf Ihr Gerät.',
    wrong:
      'Kein Gerät wartet mit diesem Code. Vergleichen Sie ihn Buchstabe für Buchstabe mit Ihrem Gerät; Codes gelten zehn Minuten.',
    signedInAs: (account) => html`Angemeldet als ${account}.`,
    next: 'Als Nächstes melden Sie sich an, dann sehen Sie, was das Gerät möchte.',
    warning:
      'Fahren Sie nur fort, wenn Sie ein eigenes Gerät anmelden. Niemand, der Ihnen schreibt oder Sie anruft, darf Sie bitten, hier einen Code einzugeben.',
  },
  confirm: {
    device: 'Dieses Gerät zulassen?',
    program: 'Dieses Programm zulassen?',
    question: (client) => html`${client} zulassen?`,
    code: (code) => html`Es zeigt den Code ${code}. Zeigt Ihr Gerät einen anderen, lehnen Sie ab.`,
    listens: (address) =>
      html`Ein Programm auf diesem Computer, unter ${address}, möchte angemeldet werden. Lassen Sie es nur zu, wenn Sie es gerade selbst gestartet haben.`,
    as: 'Angemeldet wird es als',
    you: 'Sie',
    notYou: 'Das sind nicht Sie?',
    may: (resource) => html`Es darf in ${resource}`,
    learn: 'Es darf über Sie erfahren',
    stays: (days) => `Es bleibt höchstens ${days} angemeldet. In Ihrem Konto können Sie das jederzeit beenden.`,
    request: 'Die Anfrage',
    began: (when, from) => html`Begonnen ${when}, von ${from}.`,
    unknownAddress: 'einer unbekannten Adresse',
    sameNetwork: 'Ihr Gerät ist im selben Netz wie dieser Browser.',
    otherNetwork: 'Ihr Gerät ist in einem anderen Netz als dieser Browser. Steht es nicht neben Ihnen, lehnen Sie ab.',
    allow: 'Zulassen',
    deny: 'Ablehnen',
    doubt: 'Hat jemand anderes Sie darum gebeten? Vielleicht will er sich als Sie anmelden.',
    report: 'Das habe ich nicht begonnen',
  },
  identity: {
    openid: 'Wissen, dass Sie es sind',
    profile: 'Ihren Namen sehen',
    email: 'Ihre E-Mail-Adresse sehen',
    groups: 'Sehen, in welchen Gruppen Sie sind',
  },
  ends: {
    allowed: {
      title: 'Ihr Gerät ist angemeldet',
      text: 'Es macht in wenigen Sekunden von selbst weiter. Sie können diese Seite schließen.',
    },
    denied: {
      title: 'Es wurde nichts angemeldet',
      text: 'Das Gerät weiß Bescheid. Sie können diese Seite schließen.',
    },
    reported: {
      title: 'Danke. Es wurde nichts angemeldet',
      text: 'Die Anfrage ist gelöscht und gemeldet. Hat Ihnen jemand den Code oder einen Link auf diese Seite geschickt, antworten Sie nicht, und sagen Sie es Ihrer Administration.',
    },
    expired: {
      title: 'Dieser Code ist abgelaufen',
      text: 'Ein Code gilt zehn Minuten. Es wurde nichts angemeldet. Beginnen Sie am Gerät von vorn; es zeigt dann einen neuen Code.',
    },
    used: {
      title: 'Dieser Code wurde schon verwendet',
      text: 'Er wurde zugelassen oder abgelehnt und gilt nicht mehr. Möchten Sie ein weiteres Gerät anmelden, beginnen Sie dort; es zeigt einen eigenen Code.',
    },
    too_many: {
      title: 'Zu viele falsche Codes',
      text: 'Damit niemand Codes erraten kann, werden Ihre eine Stunde lang nicht geprüft. Beginnen Sie danach am Gerät von vorn; es zeigt dann einen neuen Code.',
    },
    cancelled: {
      title: 'Die Anmeldung wurde abgebrochen',
      text: 'Es wurde nichts angemeldet. Geben Sie den Code wieder ein, wenn Sie fortfahren möchten.',
    },
    not_allowed: {
      title: 'Ihr Konto darf dieses Gerät nicht verwenden',
      text: 'Es wurde nichts angemeldet. Ihre Administration entscheidet, wer das darf.',
    },
    signed_out_everywhere: {
      title: 'Sie sind überall abgemeldet',
      text: 'Jeder Browser und jedes Gerät muss sich neu anmelden. Sie können diese Seite schließen.',
    },
  },
  next: { enterCode: 'Code eingeben', account: 'Sehen, wo Sie angemeldet sind' },
  errors: {
    stale: {
      title: 'Diese Seite ist zu alt',
      text: 'Sie war zu lange offen, wurde schon verwendet oder in einem anderen Browser begonnen. Es wurde nichts geändert. Beginnen Sie von vorn.',
    },
    busy: {
      title: 'Gerade nicht',
      text: 'Es ist zu viel los. Warten Sie eine Minute und versuchen Sie es dann noch einmal.',
    },
    other: {
      title: 'Das hat nicht geklappt',
      text: 'Es wurde nichts geändert. Beginnen Sie von vorn; bleibt es dabei, sagen Sie Ihrer Administration:',
    },
    request: 'Anfrage',
  },
  account: {
    title: 'Wo Sie angemeldet sind',
    browsers: 'Browser',
    devices: 'Geräte und Programme',
    sites: 'Seiten, die Sie zugelassen haben',
    none: 'Keine.',
    signedIn: (when) => `angemeldet ${when}`,
    lastUsed: (when) => `Zuletzt verwendet ${when}`,
    lastUsedFrom: (when, from) => html`Zuletzt verwendet ${when}, von ${from}`,
    notUsed: 'Noch nicht verwendet',
    needsSignIn: 'muss sich neu anmelden',
    allowedAt: (when) => `zugelassen ${when}`,
    signOut: 'Abmelden',
    takeBack: 'Zurücknehmen',
    rename: 'Umbenennen',
    name: 'Name',
    everywhere: 'Überall abmelden',
    everywhereText:
      'Beendet alle Browser und Geräte hier oben. Vorher müssen Sie sich noch einmal anmelden, damit das niemand anderes tun kann.',
  },
  justNow: 'vor weniger als einer Minute',
};
