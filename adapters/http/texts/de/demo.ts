import type { Dictionary } from '../en.js'

export const demo: Dictionary['demo'] = {
  try: 'Den ganzen Ablauf ausprobieren',
  complete: 'Der Ablauf ist fertig',
  asYours: 'Ein Beispiel-Client bittet {brand} um Zugriff, wie es einer von Ihren täte.',
  hasTokens: (refreshed) => {
    const times = refreshed === 1 ? 'einmal' : `${refreshed.toString()}-mal`
    return `Der Beispiel-Client hat seine Tokens${refreshed > 0 ? `, ${times} erneuert` : ''}.`
  },
  refresh: 'Tokens erneuern',
  callApi: 'Die Beispiel-API aufrufen',
  startOver: 'Von vorn beginnen',
  apiAnswered: (status) => `Die Beispiel-API hat mit ${status.toString()} geantwortet`,
  accessToken: 'Access-Token',
  header: 'Header',
  payload: 'Payload',
  answer: 'Antwort des Token-Endpunkts',
  shortened: 'Geheimnisse sind gekürzt.',
  steps: [
    'Er schickt Sie zur Anmeldung, mit einer PKCE-Challenge.',
    'Sie erlauben, worum er bittet, oder lehnen es ab.',
    'Er löst den Autorisierungscode ein und zeigt seine Tokens.',
    'Sie erneuern sie und rufen eine Beispiel-API auf.',
  ],
  signInAs: 'Melden Sie sich als {person} an. Das Passwort stand in der Ausgabe, als der Server gestartet ist.',
  start: 'Den Ablauf starten',
  developmentOnly: 'Diese Seite gibt es nur in der Entwicklung.',
}
