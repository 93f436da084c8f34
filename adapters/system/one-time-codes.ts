import { Secret, TOTP } from 'otpauth'
import type { OneTimeCodes } from '../../ports/one-time-codes.js'

const PERIOD_S = 30
const WINDOW = 1
const CODE = /^\d{6}$/
const FORM = { algorithm: 'SHA1', digits: 6, period: PERIOD_S }

const secretOf = (bytes: Uint8Array): Secret => new Secret({ buffer: new Uint8Array(bytes).buffer })

/** RFC 6238 by otpauth. */
export class TotpCodes implements OneTimeCodes {
  stepOf(secret: Uint8Array, code: string, at: Date): number | undefined {
    // What is no code at all otpauth would throw at.
    if (!CODE.test(code)) return undefined
    const timestamp = at.getTime()
    const delta = new TOTP({ ...FORM, secret: secretOf(secret) }).validate({ token: code, timestamp, window: WINDOW })
    return delta === null ? undefined : Math.floor(timestamp / 1000 / PERIOD_S) + delta
  }

  describe(secret: Uint8Array, account: string, issuer: string): { readonly text: string; readonly uri: string } {
    const totp = new TOTP({ ...FORM, secret: secretOf(secret), label: account, issuer })
    return { text: totp.secret.base32, uri: totp.toString() }
  }
}
