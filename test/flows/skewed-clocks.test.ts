import { expect } from 'chai'
import type { Clock } from '../../ports/clock.js'
import { startServer } from '../../src/serve.js'
import { readConfig } from '../../src/config.js'
import { openStorage } from '../../src/open-storage.js'
import { testEnvironment } from '../support/server.js'
import { MEMORY, onEachStore } from '../support/stores.js'
import { freshCode, introspect, redeem, refresh } from '../support/visitor.js'

const SKEW_MS = 5_000

onEachStore('two servers whose clocks differ', (store) => {
  it('CONC-029 RFC 7519 §4.1.4–§4.1.6: by five seconds take what the other one gave, and expire it within a minute of its time', async () => {
    let now = new Date('2031-02-03T04:05:06Z')
    const right: Clock = { now: () => new Date(now) }
    const behind: Clock = { now: () => new Date(now.getTime() - SKEW_MS) }
    const ahead = await store.start({}, undefined, right)
    const environment = await testEnvironment(ahead.folder, { ISSUER: ahead.issuer })
    const storage = store === MEMORY ? ahead.storage : await openStorage(ahead.config.store)
    const other = await startServer(readConfig(environment, ahead.folder), { storage, clock: behind })
    const elsewhere = `http://localhost:${other.port.toString()}`
    try {
      const client = await ahead.client()
      const tokens = (await redeem(elsewhere, client, await freshCode(ahead.issuer, client))).body
      const isActive = async (issuer: string) => (await introspect(issuer, client, tokens['access_token'])).body['active']
      expect([await isActive(ahead.issuer), await isActive(elsewhere)]).to.deep.equal([true, true])
      const next = await refresh(ahead.issuer, client, tokens['refresh_token'])
      expect(next.status).to.equal(200)
      expect((await refresh(elsewhere, client, next.body['refresh_token'])).status).to.equal(200)
      const given = await redeem(ahead.issuer, client, await freshCode(ahead.issuer, client))
      expect((await introspect(elsewhere, client, given.body['access_token'])).body['active'], 'from the future').to.equal(true)
      const late = await freshCode(ahead.issuer, client)
      now = new Date(now.getTime() + 600_000)
      expect([await isActive(ahead.issuer), await isActive(elsewhere)]).to.deep.equal([false, false])
      expect((await redeem(elsewhere, client, late)).body['error']).to.equal('invalid_grant')
    } finally {
      await other.stop()
      await ahead.stop()
    }
  })
})
