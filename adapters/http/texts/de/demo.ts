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
  failures: {
    otherBrowser: 'Die Antwort gehört zu keiner Anfrage dieses Browsers (state). Beginnen Sie von vorn.',
    otherServer: 'Die Antwort kommt von einem anderen Server (iss). Beginnen Sie von vorn.',
    refused: 'Der Server hat abgelehnt: {detail}.',
    noCode: 'Die Antwort enthält keinen Code. Beginnen Sie von vorn.',
    noRefreshToken: 'Es gibt kein Refresh-Token. Beginnen Sie von vorn.',
    noAccessToken: 'Es gibt kein Access-Token. Beginnen Sie von vorn.',
    noTokens: 'Der Token-Endpunkt hat mit {detail} geantwortet.',
    silentServer: 'Der Token-Endpunkt hat nicht geantwortet.',
    silentApi: 'Die Beispiel-API hat nicht geantwortet.',
  },
  developmentOnly: 'Diese Seite gibt es nur in der Entwicklung.',
}
