import { expect } from 'chai'
import { SystemSecrets } from '../../adapters/system/secrets.js'
import { matchRecoveryCode, newRecoveryCodes, storedRecoveryCode } from '../../domain/recovery-code.js'
import { aUserId } from '../support/builders.js'

const [old, fresh] = [Buffer.alloc(32, 1), Buffer.alloc(32, 2)]
const secrets = new SystemSecrets([old])

describe('recovery codes', () => {
  it('are ten, all different, xxxxx-xxxxx, without letters that are taken for others', () => {
    for (let i = 0; i < 100; i++) {
      const codes = newRecoveryCodes(secrets)
      expect(new Set(codes).size).to.equal(10)
      for (const code of codes) expect(code).to.match(/^[0-9a-hjkmnp-tv-z]{5}-[0-9a-hjkmnp-tv-z]{5}$/)
    }
  })

  it('are found whatever the case, the blanks and the hyphen, and not when one letter differs', () => {
    const [id, codes] = [aUserId(), newRecoveryCodes(secrets)]
    const stored = codes.map((code) => storedRecoveryCode(id, code, secrets))
    for (const [i, code] of codes.entries()) {
      for (const typed of [code, code.toUpperCase(), code.replace('-', ''), ` ${code.replace('-', ' ')} `])
        expect(matchRecoveryCode(id, typed, stored, secrets), typed).to.equal(stored[i])
      const near = (code.startsWith('0') ? '1' : '0') + code.slice(1)
      for (const typed of ['', near, `${code}0`, code.slice(1), stored[i] ?? ''])
        expect(matchRecoveryCode(id, typed, stored, secrets), typed).to.equal(undefined)
    }
  })

  it("are the person's own, and say nothing of themselves where they are kept", () => {
    const [code = ''] = newRecoveryCodes(secrets)
    const [ada, bob] = [aUserId(), aUserId()]
    const stored = storedRecoveryCode(ada, code, secrets)
    expect(stored)
      .to.match(/^[\w-]{43}$/)
      .and.not.include(code)
    expect(matchRecoveryCode(bob, code, [stored], secrets)).to.equal(undefined)
  })

  it('are still right when another secret has come in front', () => {
    const [id, code = ''] = [aUserId(), ...newRecoveryCodes(secrets)]
    const stored = storedRecoveryCode(id, code, secrets)
    expect(matchRecoveryCode(id, code, [stored], new SystemSecrets([fresh, old]))).to.equal(stored)
    expect(matchRecoveryCode(id, code, [stored], new SystemSecrets([fresh]))).to.equal(undefined)
  })
})
