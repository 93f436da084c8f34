import type { Dictionary } from '../en.js'

export const account: Dictionary['account'] = {
  title: 'Ihr Konto',
  signedInAs: 'Angemeldet als {person}',
  signOut: 'Abmelden',
  wrongPassword: 'Das aktuelle Passwort stimmt nicht.',
  notices: {
    withdrawn: 'Die App kann Ihr Konto nicht mehr nutzen.',
    'session-ended': 'Die Sitzung ist beendet.',
    'others-ended': 'Alle anderen Sitzungen sind beendet.',
    'password-changed': 'Ihr Passwort ist geändert, und alle anderen Sitzungen sind beendet.',
    'second-factor-off': 'Der zweite Faktor ist ausgeschaltet.',
  },
  confirm: {
    title: 'Passwort eingeben',
    why: 'Ihre Anmeldung ist eine Weile her. Bevor Ihr Konto geändert wird, zeigen Sie, dass Sie es sind.',
    password: 'Passwort',
    submit: 'Weiter',
    cancel: 'Zurück zu Ihrem Konto',
  },
  apps: {
    heading: 'Apps, die Ihr Konto nutzen können',
    none: 'Es gibt keine. Eine App, die Sie erlauben, erscheint hier, und Sie können ihr den Zugriff jederzeit entziehen.',
    since: 'Seit {date}',
    lastUsed: 'Zuletzt genutzt {date}',
    notInUse: 'Zurzeit nicht genutzt.',
    trusted: '{brand} vertraut dieser App, deshalb fragt sie nicht nach Ihrer Erlaubnis.',
    withdraw: 'Zugriff entziehen',
    withdrawOf: 'für {client}',
  },
  sessions: {
    heading: 'Wo Sie angemeldet sind',
    since: 'Angemeldet {date}',
    lastSeen: 'Zuletzt aktiv {date}',
    isThis: 'Dieser Browser',
    end: 'Sitzung beenden',
    endOf: 'vom {date}',
    endOthers: 'Alle anderen Sitzungen beenden',
  },
  password: {
    heading: 'Passwort',
    current: 'Aktuelles Passwort',
    next: 'Neues Passwort',
    rule: 'Das neue Passwort muss mindestens 8 Zeichen haben und höchstens 1024 Bytes.',
    hint: 'Mindestens 8 Zeichen. Ihre anderen Sitzungen enden.',
    submit: 'Passwort ändern',
  },
  factor: {
    heading: 'Zweiter Faktor',
    isOff: 'Er ist ausgeschaltet. Ist er eingeschaltet, braucht die Anmeldung außer Ihrem Passwort einen Code von Ihrem Telefon.',
    enrol: 'Zweiten Faktor einrichten',
    isOn: 'Er ist eingeschaltet, seit {date}.',
    codesLeft: (count) =>
      count === 0
        ? 'Kein Wiederherstellungscode ist übrig.'
        : count === 1
          ? 'Ein Wiederherstellungscode ist übrig.'
          : `${count.toString()} Wiederherstellungscodes sind übrig.`,
    current: 'Aktuelles Passwort',
    renewHeading: 'Wiederherstellungscodes',
    renew: 'Neue Wiederherstellungscodes erzeugen',
    disableHeading: 'Ohne zweiten Faktor',
    disable: 'Zweiten Faktor ausschalten',
  },
  recent: {
    heading: 'Was zuletzt geschah',
    none: 'Noch nichts.',
    from: 'von {address}',
    byOperator: 'durch den Betreiber',
  },
  events: {
    'sign-in': 'Angemeldet',
    'sign-in-refused': 'Eine Anmeldung wurde abgelehnt',
    'password-changed': 'Passwort geändert',
    'second-factor-enabled': 'Zweiter Faktor eingeschaltet',
    'second-factor-disabled': 'Zweiter Faktor ausgeschaltet',
    'recovery-codes-renewed': 'Neue Wiederherstellungscodes erzeugt',
    'recovery-code-used': 'Wiederherstellungscode verwendet',
    approval: '{client} erlaubt',
    withdrawal: 'Zugriff entzogen: {client}',
  },
}
