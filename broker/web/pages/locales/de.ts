import { html } from 'hono/html';
import type { Words } from './en.ts';

export const de: Words = {
  moment: { title: 'Einen Moment …', text: 'Sie werden zur Anmeldung weitergeleitet.', button: 'Weiter' },
  otherSite: {
    title: 'Weiter zur Anmeldung',
    text: 'Ein Link auf einer anderen Website hat Sie hierher geführt. Fahren Sie fort, wenn Sie sich anmelden möchten.',
    button: 'Weiter',
  },
  providers: {
    title: 'Wie möchten Sie sich anmelden?',
    lead: 'Ihre Organisation bietet mehrere Möglichkeiten.',
    at: (provider) => html`Mit ${provider} anmelden`,
    last: 'Zuletzt verwendet',
  },
  code: {
    title: 'Gerät verbinden',
    lead: 'Geben Sie den Code ein, den Ihr Gerät anzeigt.',
    label: 'Code',
    button: 'Weiter',
    malformed:
      'Ein Code besteht aus acht Buchstaben, zum Beispiel BCDF\u2060-\u2060GHJK. Sehen Sie noch einmal auf Ihrem Gerät nach.',
    wrong:
      'Zu diesem Code wartet kein Gerät. Vergleichen Sie ihn Buchstabe für Buchstabe mit Ihrem Gerät; Codes gelten zehn Minuten.',
    signedInAs: (account) => html`Angemeldet als ${account}.`,
    next: 'Als Nächstes melden Sie sich an, dann sehen Sie, was das Gerät möchte.',
    warning:
      'Fahren Sie nur fort, wenn Sie ein eigenes Gerät anmelden. Lassen Sie sich von niemandem per Nachricht oder Telefon dazu auffordern, hier einen Code einzugeben.',
  },
  confirm: {
    device: 'Dieses Gerät zulassen?',
    program: 'Dieses Programm zulassen?',
    question: (client) => html`${client} zulassen?`,
    code: (code) => html`Es zeigt den Code ${code} an. Zeigt Ihr Gerät einen anderen an, lehnen Sie ab.`,
    listens: (address) =>
      html`Ein Programm auf diesem Computer (${address}) möchte angemeldet werden. Lassen Sie es nur zu, wenn Sie es gerade selbst gestartet haben.`,
    as: 'Angemeldet wird es als',
    you: 'Sie',
    notYou: 'Sind das nicht Sie?',
    may: (resource) => html`Es darf in ${resource}`,
    learn: 'Es darf über Sie erfahren',
    stays: (days) => `Es bleibt höchstens ${days} angemeldet. In Ihrem Konto können Sie das jederzeit beenden.`,
    request: 'Die Anfrage',
    began: (when, from) => html`Begonnen ${when}, von ${from}.`,
    unknownAddress: 'einer unbekannten Adresse',
    sameNetwork: 'Ihr Gerät ist im selben Netzwerk wie dieser Browser.',
    otherNetwork:
      'Ihr Gerät ist in einem anderen Netzwerk als dieser Browser. Wenn Sie es nicht vor sich haben, lehnen Sie ab.',
    allow: 'Zulassen',
    deny: 'Ablehnen',
    doubt: 'Hat Sie jemand anderes darum gebeten? Vielleicht will sich diese Person in Ihrem Namen anmelden.',
    report: 'Das habe ich nicht gestartet',
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
      title: 'Anmeldung abgelehnt',
      text: 'Das Gerät wurde nicht angemeldet und weiß Bescheid. Sie können diese Seite schließen.',
    },
    reported: {
      title: 'Danke. Das Gerät wurde nicht angemeldet',
      text: 'Die Anfrage wurde gelöscht und gemeldet. Hat Ihnen jemand den Code oder einen Link auf diese Seite geschickt, antworten Sie nicht und informieren Sie Ihre IT-Abteilung.',
    },
    expired: {
      title: 'Dieser Code ist abgelaufen',
      text: 'Ein Code gilt zehn Minuten. Das Gerät wurde nicht angemeldet. Beginnen Sie am Gerät von vorn; es zeigt dann einen neuen Code an.',
    },
    used: {
      title: 'Dieser Code wurde bereits verwendet',
      text: 'Über ihn wurde schon entschieden; er gilt nicht mehr. Möchten Sie ein weiteres Gerät anmelden, beginnen Sie dort; es zeigt einen eigenen Code an.',
    },
    too_many: {
      title: 'Zu viele falsche Codes',
      text: 'Damit niemand Codes erraten kann, werden Ihre Eingaben eine Stunde lang nicht geprüft. Beginnen Sie danach am Gerät von vorn; es zeigt dann einen neuen Code an.',
    },
    not_allowed: {
      title: 'Ihr Konto ist für dieses Gerät nicht zugelassen',
      text: 'Das Gerät wurde nicht angemeldet. Ihre IT-Abteilung entscheidet, wer es verwenden darf.',
    },
    signed_out: {
      title: 'Sie sind abgemeldet',
      text: 'Die App, von der Sie kommen, ist abgemeldet. Sie können diese Seite schließen.',
    },
    signed_out_everywhere: {
      title: 'Sie sind überall abgemeldet',
      text: 'In jedem Browser und auf jedem Gerät ist eine neue Anmeldung nötig. Sie können diese Seite schließen.',
    },
    gone: {
      title: 'Diese Seite ist nicht mehr gültig',
      text: 'Falls Sie hier etwas entschieden haben, gilt das weiterhin. Auf Ihrer Kontoseite sehen Sie, wo Sie angemeldet sind.',
    },
  },
  refused: {
    denied: {
      title: 'Sie wurden nicht angemeldet',
      text: (provider) =>
        html`${provider} hat die Anmeldung beendet. Falls Sie abgebrochen haben, können Sie es noch einmal versuchen. Sonst hat Ihr Konto vielleicht keinen Zugang. Bitten Sie Ihre IT-Abteilung darum.`,
    },
    interaction: {
      title: 'Sie wurden nicht angemeldet',
      text: (provider) =>
        html`${provider} braucht noch etwas von Ihnen, zum Beispiel einen zweiten Faktor oder ein neues Passwort. Versuchen Sie es noch einmal und folgen Sie dort den Anweisungen.`,
    },
    unavailable: {
      title: 'Im Moment nicht möglich',
      text: (provider) =>
        html`${provider} kann Sie gerade nicht anmelden. Warten Sie eine Minute und versuchen Sie es dann noch einmal.`,
    },
    setup: {
      title: 'Die Anmeldung ist nicht richtig eingerichtet',
      text: (provider) =>
        html`${provider} nimmt die Anmeldeanfrage nicht an. Ein neuer Versuch hilft nicht: Ihre IT-Abteilung muss das beheben.`,
    },
    so: {
      device: 'Das Gerät wurde nicht angemeldet.',
      program: 'Die App wurde nicht angemeldet. Gehen Sie zu ihr zurück, um es noch einmal zu versuchen.',
      everywhere: 'Sie wurden nirgends abgemeldet.',
    },
    again: 'Noch einmal versuchen',
  },
  next: { enterCode: 'Code eingeben', account: 'Anzeigen, wo Sie angemeldet sind', signIn: 'Wieder anmelden' },
  errors: {
    notFound: {
      title: 'Seite nicht gefunden',
      text: 'Unter dieser Adresse gibt es nichts. Prüfen Sie, ob sie richtig geschrieben ist, oder machen Sie hier weiter:',
    },
    stale: {
      title: 'Diese Seite ist nicht mehr gültig',
      text: 'Sie war zu lange offen, wurde schon verwendet oder in einem anderen Browser begonnen, oder Ihr Browser hat das Cookie dieser Seite nicht gesendet. Es wurde nichts geändert. Beginnen Sie von vorn. Bleibt es dabei, lassen Sie Cookies für diese Website zu.',
    },
    busy: {
      title: 'Im Moment nicht möglich',
      text: 'Warten Sie eine Minute und versuchen Sie es dann noch einmal. Bleibt es dabei, wenden Sie sich an Ihre IT-Abteilung.',
    },
    other: {
      title: 'Das hat nicht geklappt',
      text: 'Es wurde nichts geändert. Versuchen Sie es noch einmal. Geschieht es wieder, geben Sie diese Angaben an Ihre IT-Abteilung weiter:',
    },
    request: 'Anfrage',
  },
  account: {
    title: 'Wo Sie angemeldet sind',
    browsers: 'Browser',
    devices: 'Geräte und Programme',
    sites: 'Websites',
    none: 'Keine.',
    here: 'Dieser Browser',
    signedIn: (when) => html`angemeldet ${when}`,
    until: (day) => html`angemeldet bis spätestens ${day}`,
    lastUsed: (when) => html`Zuletzt verwendet ${when}`,
    lastUsedFrom: (when, from) => html`Zuletzt verwendet ${when}, von ${from}`,
    notUsed: 'Noch nicht verwendet',
    needsSignIn: 'muss sich neu anmelden',
    allowedAt: (when) => html`zugelassen ${when}`,
    allowedByOrganization: 'von Ihrer Organization zugelassen',
    refusedAt: (when) => html`von Ihnen blockiert ${when}`,
    letAsk: 'Blockierung aufheben',
    signOutHere: 'Von dieser Seite abmelden',
    signOut: 'Abmelden',
    takeBack: 'Zugriff entfernen',
    rename: 'Umbenennen',
    name: 'Name',
    everywhere: 'Überall abmelden',
    everywhereText:
      'Meldet alle oben genannten Browser und Geräte ab. Vorher müssen Sie sich noch einmal anmelden, damit das niemand anderes tun kann.',
  },
  activity: {
    title: 'Letzte Aktivitäten',
    none: 'Noch keine.',
    older: 'Ältere Aktivitäten anzeigen',
    notMe: 'Das war ich nicht: abmelden',
    unknown: 'Ein Browser oder Gerät',
    kinds: {
      browser_signed_in: (it) => html`${it} wurde angemeldet`,
      page_signed_in: () => 'Sie haben sich bei dieser Kontoseite oder einer Geräteseite angemeldet',
      device_signed_in: (it) => html`${it} wurde angemeldet`,
      device_denied: (it) => html`Sie haben eine Anmeldung abgelehnt: ${it}`,
      device_reported: (it) => html`Sie haben eine Anmeldung gemeldet: ${it}`,
      signed_out_everywhere: () => 'Sie haben sich überall abgemeldet',
      site_allowed: (it) => html`Sie haben ${it} zugelassen`,
      site_removed: (it) => html`Sie haben ${it} den Zugriff entzogen`,
      site_blocked: (it) => html`Sie haben ${it} blockiert`,
      site_unblocked: (it) => html`Sie haben die Blockierung von ${it} aufgehoben`,
      code_failed: () => 'Ein falscher Gerätecode wurde eingegeben',
      session_misused: () => 'Jemand wollte eine Kopie Ihrer Anmeldung verwenden. Das wurde verhindert.',
    },
    signedOut: {
      person: (it) => html`Sie haben ${it} abgemeldet`,
      organization: (it) => html`Ihre Organisation hat ${it} abgemeldet`,
      protection: (it) => html`${it} wurde zu Ihrem Schutz abgemeldet`,
    },
  },
  help: { title: 'Brauchen Sie Hilfe?', page: 'Hilfe erhalten', recovery: 'Anmeldung klappt nicht?' },
  justNow: 'vor weniger als einer Minute',
};
