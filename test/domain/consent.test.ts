import { expect } from 'chai'
import { covers, isFor } from '../../domain/consent.js'
import { isLive } from '../../domain/live-grant.js'
import { aClient, aConsent, anActiveGrant, after, aUser, DAY, NOW } from '../support/builders.js'

describe('what was allowed to a client', () => {
  const client = aClient({ disabledAt: undefined })
  const namesake = aClient({ id: client.id, disabledAt: undefined })
  const user = aUser({ disabledAt: undefined })
  const permissions = [
    { registration: client.registration, scope: 'read', resources: [], audience: [] },
    {
      registration: client.registration,
      scope: 'read',
      resources: ['https://api.weather.example/v1'],
      audience: ['https://api.weather.example/v1'],
    },
  ]
  const whose = { userId: user.id, clientId: client.id, clientRegistration: client.registration }

  for (const [when, createdAt] of [
    ['after it was registered', after(-1)],
    ['before, by a clock that was set back', new Date(client.createdAt.getTime() - 120_000)],
  ] as const) {
    it(`counts for that client, approved ${when}`, () => {
      const consent = aConsent({ ...whose, permissions, createdAt })
      expect(consent.permissions).to.have.length(2)
      for (const one of consent.permissions) expect(covers(consent, client, [one])).to.equal(true)
      expect(isFor(consent, client)).to.equal(true)
      expect(isLive(anActiveGrant({ ...whose, createdAt }), client, user, NOW)).to.equal(true)
    })
  }

  it('is worthless to one that is registered again under its id, however old that seems', () => {
    for (const createdAt of [after(-60 * DAY), after(DAY)]) {
      const later = { ...namesake, createdAt }
      const consent = aConsent({ ...whose, permissions })
      for (const one of consent.permissions) expect(covers(consent, later, [one])).to.equal(false)
      expect(isFor(consent, later)).to.equal(false)
      expect(isLive(anActiveGrant(whose), later, user, NOW)).to.equal(false)
    }
  })
})
