import { expect } from 'chai'
import { aDeniedToken } from '../support/builders.js'
import { slow } from '../support/slow.js'
import { contend, opening, type Open } from './opened.js'

export function deniedTokensContract(name: string, open: Open): void {
  describe(`${name}: DeniedTokens`, () => {
    const storage = opening(open)
    const tokens = () => storage().deniedTokens

    it('denies what was denied, and nothing else', async () => {
      const token = aDeniedToken()
      expect(await tokens().isDenied(token.jti)).to.equal(false)
      await tokens().deny(token)
      expect(await tokens().isDenied(token.jti)).to.equal(true)
      for (const near of [token.jti.slice(0, -1), `${token.jti}A`, token.jti.toUpperCase(), '', '%', aDeniedToken().jti])
        expect(await tokens().isDenied(near), near).to.equal(false)
    })

    it('denies a token any number of times, and keeps it once', async () => {
      const token = aDeniedToken()
      const { deniedTokens } = slow(storage())
      await contend(() => deniedTokens.deny(token))
      await tokens().deny(token)
      expect(await tokens().isDenied(token.jti)).to.equal(true)
      expect((await storage().maintenance.status()).rows).to.include({ deniedTokens: 1 })
    })
  })
}
