import type { Texts } from './en.ts';

export const texts: Texts = {
  not_installed: [
    'Latchkey-Erweiterung installieren',
    'Diese Seite braucht die Browser-Erweiterung Latchkey. Falls Sie sie haben, schalten Sie sie für diese Website ein, oder laden Sie die Seite neu.',
    'Erweiterung installieren',
  ],
  unsupported: [
    'Öffnen Sie diese Seite in einem eigenen Tab',
    'Latchkey funktioniert nur auf einer HTTPS-Seite, die nicht in eine andere eingebettet ist.',
  ],
  signed_out: ['Anmelden', 'Melden Sie sich mit Latchkey an, um fortzufahren.', 'Anmelden'],
  not_connected: ['Diese Website verbinden', 'Latchkey fragt Sie, was diese Website darf.', 'Verbinden'],
  failed: ['Etwas ist schiefgegangen', 'Latchkey konnte für diese Seite keinen Zugriff bekommen.', 'Erneut versuchen'],
  errors: {
    offline:
      'Der Anmeldedienst Ihrer Organisation ist nicht erreichbar. Prüfen Sie Ihre Internetverbindung oder Ihr VPN und versuchen Sie es erneut.',
    busy: 'Zu viele Anfragen. Warten Sie einen Moment und versuchen Sie es erneut.',
    user_denied: 'Nicht abgeschlossen. Versuchen Sie es noch einmal, wenn Sie so weit sind.',
    policy_denied: 'Ihre Organisation erlaubt das nicht. Wenn Sie Zugriff brauchen, fragen Sie Ihre Administration.',
    other: 'Das hat nicht geklappt. Versuchen Sie es noch einmal.',
  },
};
