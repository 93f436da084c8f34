import type { Dictionary } from '../en.js'

export const errors: Dictionary['errors'] = {
  kinds: {
    'unknown-client': {
      heading: 'Diese Anwendung ist hier nicht bekannt',
      message: 'Der Link nennt eine Anwendung, die nicht registriert ist oder abgeschaltet wurde. Es wurde nichts an sie gesendet.',
    },
    'bad-redirect-uri': {
      heading: 'Diesem Link ist nicht zu trauen',
      message: 'Er würde zu einer Adresse führen, die die Anwendung nicht registriert hat. Es wurde nichts dorthin gesendet.',
    },
    'flow-over': {
      heading: 'Diese Anmeldung ist vorbei',
      message:
        'Sie ist abgelaufen, wurde schon verwendet oder hat in einem anderen Browser begonnen. Nichts ging verloren: Beginnen Sie in der Anwendung von vorn.',
    },
    malformed: {
      heading: 'Dieser Link ist nicht lesbar',
      message:
        'Etwas darin fehlt, steht doppelt da, ist zu lang oder beschädigt. Es wurde nichts gesendet: Beginnen Sie in der Anwendung von vorn.',
    },
  },
  statuses: {
    403: {
      heading: 'Dieses Formular gilt nicht mehr',
      message:
        'Es wurde gerade nichts geändert; falls Sie es zweimal gesendet haben, galt vielleicht das erste Mal. Gehen Sie zurück, laden Sie die Seite neu und versuchen Sie es noch einmal.',
    },
    404: { heading: 'Diese Seite gibt es nicht', message: 'Prüfen Sie die Adresse oder beginnen Sie in der Anwendung von vorn.' },
    405: {
      heading: 'So lässt sich diese Seite nicht verwenden',
      message: 'Es wurde nichts geändert.',
    },
    429: { heading: 'Zu viele Versuche', message: 'Nichts ging verloren. Warten Sie ein wenig und versuchen Sie es dann noch einmal.' },
    500: {
      heading: 'Etwas ist schiefgegangen',
      message: 'Das ist unser Fehler. Nichts ging verloren: Versuchen Sie es noch einmal oder nennen Sie uns die Kennung unten.',
    },
    503: {
      heading: 'Wir sind gleich zurück',
      message: 'Der Dienst ist ausgelastet. Nichts ging verloren: Versuchen Sie es in ein paar Sekunden noch einmal.',
    },
  },
  forms: {
    malformed: {
      heading: 'Dieses Formular war nicht lesbar',
      message: 'Es wurde nichts geändert. Gehen Sie zurück, füllen Sie es noch einmal aus und senden Sie es einmal ab.',
    },
    503: {
      heading: 'Wir sind gleich zurück',
      message:
        'Der Dienst ist ausgelastet, und was Sie gesendet haben, ist vielleicht nicht geschehen. Machen Sie in ein paar Sekunden weiter oder beginnen Sie in der Anwendung von vorn.',
    },
  },
  withoutCookie:
    'Ihr Browser hat kein Cookie gesendet: Er sperrt sie hier, oder Sie haben in einem anderen begonnen. Es wurde nichts geändert. Erlauben Sie Cookies für diese Seite und beginnen Sie dann von vorn.',
  other: {
    heading: 'Diese Anfrage ist nicht gültig',
    message: 'Es wurde nichts geändert. Gehen Sie zurück und versuchen Sie es noch einmal.',
  },
  backToApplication: 'Zurück zur Anwendung',
  tryAgain: 'Noch einmal versuchen',
  goOn: 'Weiter',
  yourAccount: 'Ihr Konto',
  reference: 'Kennung',
}
