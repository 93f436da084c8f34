import type { Secrets } from '../ports/secrets.js'
import {
  codeMessage,
  formatCode,
  formatRefreshToken,
  parseCode,
  parseRefreshToken,
  refreshTokenMessage,
  type OpenedCode,
  type OpenedRefreshToken,
} from './credentials.js'
import type { GrantId } from './ids.js'

/*
 * Codes and refresh tokens are not stored but computed, from the grant and a key that only we hold: a stolen store can make none, a forged one is
 * refused without a store call, and a lost one can be told again.
 */

/** The value of a grant's code. */
export function codeOf(id: GrantId, secrets: Secrets): string {
  const message = codeMessage(id)
  return formatCode(message, secrets.mac('code', message))
}

/** The value of one generation of a grant's refresh token. */
export function refreshTokenOf(id: GrantId, generation: number, secrets: Secrets): string {
  const message = refreshTokenMessage(id, generation)
  return formatRefreshToken(message, secrets.mac('refresh-token', message))
}

/** What a genuine code says; undefined for any other text. */
export function openCode(text: string, secrets: Secrets): OpenedCode | undefined {
  const opened = parseCode(text)
  return opened && secrets.verify('code', opened.message, opened.mac) ? opened : undefined
}

/** What a genuine refresh token says; undefined for any other text. */
export function openRefreshToken(text: string, secrets: Secrets): OpenedRefreshToken | undefined {
  const opened = parseRefreshToken(text)
  return opened && secrets.verify('refresh-token', opened.message, opened.mac) ? opened : undefined
}
