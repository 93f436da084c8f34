import { added, members, mediaType, mustNotBeCached, said } from './answers.js'
import { ask, encodeParameters, type Ask, type Overrides, type Party } from './ask.js'
import { FORM, send, type Answer, type Browser } from './browser.js'
import { land } from './journey.js'
import { must, Skipped } from './verdict.js'
import type { World } from './world.js'

/** How a request differs from what the client would send. */
export interface Deviation {
  /** Instead of the right one; undefined leaves it out. */
  readonly authorization?: string | undefined
  readonly headers?: Readonly<Record<string, string>>
  /** As it is, instead of the fields. */
  readonly body?: string | Uint8Array | ReadableStream
  readonly query?: string
}

export const basic = (id: string, secret: string): string =>
  `Basic ${Buffer.from([id, secret].map((half) => encodeURIComponent(half).replaceAll('%20', '+')).join(':')).toString('base64')}`

/** A form, sent by the client with its own authentication. */
export async function post(url: string, party: Party, fields: Overrides, deviation: Deviation = {}): Promise<Answer> {
  const own = party.secret === undefined ? undefined : basic(party.id, party.secret)
  const authorization = 'authorization' in deviation ? deviation.authorization : own
  const body = deviation.body ?? encodeParameters({ ...(party.secret === undefined && { client_id: party.id }), ...fields })
  const headers = { 'content-type': FORM, ...(authorization !== undefined && { authorization }), ...deviation.headers }
  return send(url + (deviation.query ?? ''), { method: 'POST', headers, body })
}

export const token = (world: World, party: Party, fields: Overrides, deviation?: Deviation): Promise<Answer> =>
  post(world.tokenEndpoint, party, fields, deviation)

export interface Code {
  readonly code: string
  readonly asked: Ask
}

/** A fresh code. */
export async function freshCode(world: World, party: Party, overrides: Overrides = {}, browser?: Browser): Promise<Code> {
  const asked = ask(world, party, overrides)
  const parameters = added(await land(world, asked, browser), asked)
  const code = parameters.get('code')
  must(code !== null && code !== '', `there is no code but ${parameters.toString()}`)
  return { code, asked }
}

/** What redeems it, RFC 6749 §4.1.3 and RFC 7636 §4.5. */
export const redemption = ({ code, asked }: Code): Record<string, string> => ({
  grant_type: 'authorization_code',
  code,
  redirect_uri: asked.redirectUri,
  code_verifier: asked.verifier,
})

export interface TokenSet {
  readonly answer: Answer
  readonly body: Readonly<Record<string, unknown>>
  readonly accessToken: string
  readonly refreshToken: string | undefined
  /** As granted; what was asked for when the server does not say. */
  readonly scopes: readonly string[]
}

/** RFC 6749 §5.1. */
export function mustBeTokens(answer: Answer, asked: readonly string[] = []): TokenSet {
  must(answer.status === 200, `expected tokens, got ${said(answer)}`)
  must(mediaType(answer) === 'application/json', `the tokens are ${mediaType(answer)}, not application/json`)
  mustNotBeCached(answer)
  const body = members(answer)
  const { access_token: accessToken, token_type: type, expires_in: expiresIn, scope, refresh_token: refreshToken } = body
  must(typeof accessToken === 'string' && accessToken !== '', 'access_token is not a text')
  must(typeof type === 'string', 'token_type is not a text')
  must(typeof expiresIn === 'number' && Number.isInteger(expiresIn) && expiresIn > 0, 'expires_in is not a whole number above 0')
  must(refreshToken === undefined || typeof refreshToken === 'string', 'refresh_token is not a text')
  must(scope === undefined || typeof scope === 'string', 'scope is not a text')
  return { answer, body, accessToken, refreshToken, scopes: scope === undefined ? asked : scope.split(' ').filter(Boolean) }
}

/** Fresh tokens of a new grant. */
export async function freshTokens(world: World, party: Party, overrides: Overrides = {}): Promise<TokenSet> {
  const fresh = await freshCode(world, party, overrides)
  return mustBeTokens(await token(world, party, redemption(fresh)), party.scopes)
}

export interface Lineage extends TokenSet {
  readonly refreshToken: string
}

export async function freshLineage(world: World, party: Party, overrides: Overrides = {}): Promise<Lineage> {
  const tokens = await freshTokens(world, party, overrides)
  if (tokens.refreshToken === undefined) throw new Skipped('the server issues no refresh token to the client')
  return { ...tokens, refreshToken: tokens.refreshToken }
}

export const refresh = (world: World, party: Party, refreshToken: string, more: Overrides = {}, deviation?: Deviation): Promise<Answer> =>
  token(world, party, { grant_type: 'refresh_token', refresh_token: refreshToken, ...more }, deviation)

/** Tokens for the confidential client itself, RFC 6749 §4.4. */
export async function clientTokens(world: World, more: Overrides = {}): Promise<Answer> {
  const answer = await token(world, world.confidential, { grant_type: 'client_credentials', ...more })
  if (answer.status === 400 && /unauthorized_client|unsupported_grant_type/.test(answer.text)) {
    throw new Skipped('the client may not use client_credentials')
  }
  return answer
}
