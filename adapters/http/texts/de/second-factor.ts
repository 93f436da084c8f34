import type { Dictionary } from '../en.js'

export const secondFactor: Dictionary['secondFactor'] = {
  title: 'Code eingeben',
  toContinue: 'um zu {client} zu gelangen',
  where: 'Öffnen Sie Ihre Authenticator-App und geben Sie die sechs Ziffern ein, die sie zeigt.',
  otp: 'Code',
  orRecovery: 'Ohne Ihr Gerät geben Sie stattdessen einen Ihrer Wiederherstellungscodes ein.',
  submit: 'Weiter',
  wrong: 'Dieser Code stimmt nicht oder wurde schon verwendet. Geben Sie den ein, den Ihre App jetzt zeigt.',
  switch: 'Anderes Konto verwenden',
  enrol: {
    title: 'Zweiten Faktor einrichten',
    demanded: '{client} verlangt einen zweiten Faktor. Richten Sie einen ein, dann geht es von dort weiter.',
    why: 'Von da an braucht die Anmeldung außer Ihrem Passwort einen Code von Ihrem Telefon.',
    scan: 'Scannen Sie dies mit einer Authenticator-App',
    picture: 'QR-Code des Geheimnisses unten',
    type: 'Oder tippen Sie dieses Geheimnis in die App',
    open: 'Eine App auf diesem Gerät öffnen',
    enter: 'Geben Sie den Code ein, den die App zeigt',
    submit: 'Zweiten Faktor einschalten',
    cancel: 'Jetzt nicht',
  },
  codes: {
    title: 'Ihre Wiederherstellungs\u00ADcodes',
    isOn: 'Der zweite Faktor ist eingeschaltet.',
    replaced: 'Die Wiederherstellungscodes, die Sie bisher hatten, sind jetzt wertlos.',
    keep: 'Bewahren Sie sie dort auf, wo Sie sie ohne Telefon finden. Jeder gilt einmal, anstelle eines Codes aus der App.',
    once: 'Sie werden nur dieses eine Mal gezeigt.',
    goOn: 'Ich habe sie aufbewahrt',
  },
}
