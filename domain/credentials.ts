import type { GrantId } from './ids.js'

/*
 * Layout of the two computed credentials: `pc_ac_` + base64url(grant id 16 ‖ mac 32), `pc_rt_` + base64url(grant id 16 ‖ generation 6 ‖ mac 32).
 * 48 and 54 bytes: only multiples of three have one base64url spelling, so a credential has no second form.
 */
const CODE = /^pc_ac_([A-Za-z0-9_-]{64})$/
const REFRESH_TOKEN = /^pc_rt_([A-Za-z0-9_-]{72})$/

export interface OpenedCode {
  readonly message: Uint8Array
  readonly mac: Uint8Array
  readonly grantId: GrantId
}
export interface OpenedRefreshToken extends OpenedCode {
  readonly generation: number
}

const bytesOf = (base64url: string): Buffer => Buffer.from(base64url, 'base64url')

export const codeMessage = (id: GrantId): Uint8Array => bytesOf(id)

export function refreshTokenMessage(id: GrantId, generation: number): Uint8Array {
  const message = Buffer.alloc(22)
  bytesOf(id).copy(message)
  message.writeUIntBE(generation, 16, 6)
  return message
}

export const formatCode = (message: Uint8Array, mac: Uint8Array): string => 'pc_ac_' + Buffer.concat([message, mac]).toString('base64url')
export const formatRefreshToken = (message: Uint8Array, mac: Uint8Array): string =>
  'pc_rt_' + Buffer.concat([message, mac]).toString('base64url')

export function parseCode(text: string): OpenedCode | undefined {
  const bytes = open(CODE, text)
  return bytes && { message: bytes.subarray(0, 16), mac: bytes.subarray(16), grantId: grantIdOf(bytes) }
}

export function parseRefreshToken(text: string): OpenedRefreshToken | undefined {
  const bytes = open(REFRESH_TOKEN, text)
  return (
    bytes && { message: bytes.subarray(0, 22), mac: bytes.subarray(22), grantId: grantIdOf(bytes), generation: bytes.readUIntBE(16, 6) }
  )
}

const open = (form: RegExp, text: string): Buffer | undefined => {
  const body = form.exec(text)?.[1]
  return body === undefined ? undefined : bytesOf(body)
}

const grantIdOf = (bytes: Buffer): GrantId => bytes.subarray(0, 16).toString('base64url') as GrantId
