import type { IncomingMessage } from 'node:http'
import type { Readable } from 'node:stream'
import { ClientGone, RequestRefused } from '../refusals.js'

/** The parameters of a back-channel request: each once and none empty. RFC 8707 alone lets one, `resource`, be sent more than once. */
export interface Form {
  readonly parameters: ReadonlyMap<string, string>
  readonly resources: readonly string[]
}

/** RFC 9110 §5.6.6: any parameter may be empty. Both are labels of UTF-8 (WHATWG Encoding §4.2). */
const PARAMETER = /^(charset=("?)utf-?8\2)?$/
const MAX_BYTES = 16_384
const WITHIN_MS = 10_000
const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

const malformed = (reason: string): RequestRefused => new RequestRefused(400, 'invalid_request', reason)

/** A form, sent as it is (RFC 6749 appendix B). */
export function requireFormType({ headers }: Pick<IncomingMessage, 'headers'>): void {
  if (headers['content-encoding'] !== undefined) throw new RequestRefused(415, 'invalid_request', 'the body has a Content-Encoding')
  const [type, ...parameters] = (headers['content-type'] ?? '').split(';').map((part) => part.trim().toLowerCase())
  if (type !== 'application/x-www-form-urlencoded') throw malformed('the body is not a form')
  if (!parameters.every((parameter) => PARAMETER.test(parameter))) throw malformed('the body is a form of another kind')
}

/** Throws 413 past 16 KB and 408 when the body does not arrive in time; ClientGone when it never will. */
export function readBody(body: Readable, withinMs = WITHIN_MS): Promise<Buffer> {
  const chunks: Buffer[] = []
  let size = 0
  return new Promise<Buffer>((resolve, reject) => {
    const late = setTimeout(() => reject(new RequestRefused(408, 'invalid_request', 'the body did not arrive in time')), withinMs)
    body.on('data', (chunk: Buffer) => {
      size += chunk.length
      if (size > MAX_BYTES) reject(new RequestRefused(413, 'invalid_request', 'the body is too large'))
      else chunks.push(chunk)
    })
    body.on('end', () => resolve(Buffer.concat(chunks)))
    body.on('error', () => reject(new ClientGone('the body was cut off')))
    body.on('close', () => {
      clearTimeout(late)
      if (!body.readableEnded) reject(new ClientGone('the connection was closed'))
    })
  })
}

/** Strict where leniency would let two readers see two requests: UTF-8, percent-encoding, control characters, duplicates. */
export function parseForm(body: Uint8Array): Form {
  const parameters = new Map<string, string>()
  const resources: string[] = []
  const seen = new Set<string>()
  for (const pair of decodeUtf8(body).split('&')) {
    if (pair === '') continue
    const [name, value] = pair.split(/=(.*)/s, 2).map((half) => decodeComponent(half))
    if (name === undefined) throw malformed('a parameter is not encoded as a form is')
    if (pair.includes('=') && value === undefined) throw malformed('a value is not encoded as a form is')
    if (seen.has(name) && name !== 'resource') throw malformed('a parameter is sent twice')
    seen.add(name)
    if (value === undefined || value === '') continue
    if (name === 'resource') resources.push(value)
    else parameters.set(name, value)
  }
  return { parameters, resources }
}

function decodeUtf8(bytes: Uint8Array): string {
  try {
    return utf8.decode(bytes)
  } catch (cause) {
    throw new RequestRefused(400, 'invalid_request', 'the body is not UTF-8', { cause })
  }
}

/** One name or value, decoded; undefined when its encoding is wrong or it holds a control character. */
export function decodeComponent(encoded: string): string | undefined {
  try {
    const text = decodeURIComponent(encoded.replaceAll('+', ' '))
    return /\p{Cc}/u.test(text) ? undefined : text
  } catch {
    return undefined
  }
}
