import { Secret, TOTP } from 'otpauth'

const STEP_MS = 30_000

/** So many codes, none of which an authenticator app with the secret shows within two steps of that moment. */
export function wrongCodes(count: number, secret: string, at: number): readonly string[] {
  const app = new TOTP({ secret: Secret.fromBase32(secret) })
  const shown = [-2, -1, 0, 1, 2].map((steps) => app.generate({ timestamp: at + steps * STEP_MS }))
  const codes = Array.from({ length: count + shown.length }, (_, i) => i.toString().padStart(6, '0'))
  return codes.filter((code) => !shown.includes(code)).slice(0, count)
}

export const wrongCode = (secret: string, at: number): string => wrongCodes(1, secret, at)[0] ?? ''
