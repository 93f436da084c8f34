import { expect } from 'chai'
import type { Page, TokenAnswer } from './visitor.js'

// What the acceptance rows mean by ERR-JSON, ERR-REDIR, ERR-PAGE and TOKEN-OK, each in full.

/** RFC 6749 §4.1.2.1, RFC 8707 §2 and RFC 9101 §7: all that an error redirect may say. */
const REDIRECTED = [
  'invalid_request',
  'unauthorized_client',
  'access_denied',
  'unsupported_response_type',
  'invalid_scope',
  'server_error',
  'temporarily_unavailable',
  'invalid_target',
  'request_not_supported',
  'request_uri_not_supported',
]
/** RFC 6749 §5.2. */
const DESCRIPTION = /^[\x20-\x21\x23-\x5b\x5d-\x7e]+$/
/** CONTRACT §4. */
const PAGE_POLICY = ["default-src 'none'", "style-src 'self'", "object-src 'none'", "base-uri 'none'", "frame-ancestors 'none'"]

/** ERR-JSON(status, error). */
export function expectErrorJson({ status, headers, body }: TokenAnswer, expected: number, error: string, what?: string): void {
  expect([status, body['error']], what).to.deep.equal([expected, error])
  expect(headers.get('content-type'), what).to.match(/^application\/json/)
  expectUncached(headers)
  expect(Object.keys(body), what).to.have.members(['error', 'error_description'])
  expect(body['error_description'], what).to.match(DESCRIPTION)
  if (expected === 401) expect(headers.get('www-authenticate'), what).to.match(/^Basic realm="[^"]+"/)
}

/** TOKEN-OK. */
export function expectTokens({ status, headers, body }: TokenAnswer, what?: string): void {
  expect(status, what ?? JSON.stringify(body)).to.equal(200)
  expect(headers.get('content-type'), what).to.equal('application/json')
  expectUncached(headers)
  expect(body['access_token'], what).to.be.a('string').and.not.equal('')
  expect(body['token_type'], what).to.equal('Bearer')
  expect(body['expires_in'], what).to.satisfy((seconds: unknown) => Number.isInteger(seconds) && Number(seconds) > 0)
  expect(body['scope'], what).to.be.a('string').and.not.equal('')
  if ('refresh_token' in body) expect(body['refresh_token'], what).to.be.a('string').and.not.equal('')
  expect(Object.values(body), what).to.not.include(null)
}

function expectUncached(headers: Headers): void {
  expect([headers.get('cache-control'), headers.get('pragma')]).to.deep.equal(['no-store', 'no-cache'])
}

export interface Redirected {
  readonly issuer: string
  /** The redirect URI of the request. */
  readonly to?: string
  /** Of the request; undefined when it had none. */
  readonly state?: string | undefined
}

/** ERR-REDIR(error), as 303. */
export function expectErrorRedirect(page: Page, error: string, { issuer, to = 'https://rp.test/cb', ...asked }: Redirected): URL {
  const state = 'state' in asked ? asked.state : 'S1'
  expect([page.status, page.location?.split('?')[0]], page.text.slice(0, 200)).to.deep.equal([303, to])
  const location = new URL(page.location ?? '')
  const { searchParams, hash } = location
  expect(searchParams.getAll('error')).to.deep.equal([error])
  expect(REDIRECTED).to.include(error)
  expect(searchParams.getAll('state')).to.deep.equal(state === undefined ? [] : [state])
  expect(searchParams.getAll('iss')).to.deep.equal([issuer])
  for (const description of searchParams.getAll('error_description')) expect(description).to.match(DESCRIPTION)
  expect([...searchParams.keys()]).to.not.include.any.members(['code', 'access_token', 'id_token'])
  expect(hash).to.equal('')
  return location
}

/** ERR-PAGE(status). `hostile`: what the request tried to smuggle in. */
export function expectErrorPage({ status, headers, text, location }: Page, expected: number, ...hostile: readonly string[]): void {
  expect([status, location], text.slice(0, 200)).to.deep.equal([expected, undefined])
  expect(headers.get('content-type')).to.match(/^text\/html; charset=utf-8$/i)
  expect(headers.has('refresh')).to.equal(false)
  expect(text)
    .to.include('<h1')
    .and.not.match(/http-equiv="?refresh|<script/i)
  for (const smuggled of hostile) expect(text).to.not.include(smuggled)
  expectPageHeaders(headers)
}

function expectPageHeaders(headers: Headers): void {
  const policy = (headers.get('content-security-policy') ?? '').split(/\s*;\s*/)
  expect(policy).to.include.members(PAGE_POLICY)
  expect(headers.get('x-frame-options')).to.equal('DENY')
  expect(headers.get('x-content-type-options')).to.equal('nosniff')
  expect(headers.get('referrer-policy')).to.equal('same-origin')
  expect(headers.get('permissions-policy')).to.include('camera=()').and.include('geolocation=()')
  expect(headers.get('cache-control')).to.equal('no-store')
  expect(headers.has('access-control-allow-origin')).to.equal(false)
}
