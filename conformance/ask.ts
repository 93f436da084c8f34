import { createHash, randomBytes } from 'node:crypto'

export interface Party {
  readonly id: string
  readonly secret?: string
  readonly redirectUri: string
  /** What it asks for where a row does not say. */
  readonly scopes: readonly string[]
}

/** Adds to the parameters, replaces them, and with undefined leaves one out; a list is sent as that many parameters. */
export type Overrides = Readonly<Record<string, string | readonly string[] | undefined>>

/** An authorization request. */
export interface Ask {
  readonly party: Party
  readonly url: string
  readonly redirectUri: string
  readonly state: string | undefined
  readonly verifier: string
  readonly challenge: string
  /** As a form has them. */
  readonly query: string
}

export const challengeOf = (verifier: string): string => createHash('sha256').update(verifier).digest('base64url')

export const encodeParameters = (parameters: Overrides): string =>
  Object.entries(parameters)
    .flatMap(([name, values]) => (values === undefined ? [] : [values].flat().map((value) => [name, value] as const)))
    .map(([name, value]) => `${encodeURIComponent(name)}=${encodeURIComponent(value)}`)
    .join('&')

/** `raw` is put behind it as it is. */
export function ask({ authorizationEndpoint }: { authorizationEndpoint: string }, party: Party, overrides: Overrides = {}, raw = ''): Ask {
  const verifier = randomBytes(32).toString('base64url')
  const challenge = challengeOf(verifier)
  const parameters: Overrides = {
    response_type: 'code',
    client_id: party.id,
    redirect_uri: party.redirectUri,
    scope: party.scopes.length > 0 ? party.scopes.join(' ') : undefined,
    state: randomBytes(12).toString('base64url'),
    code_challenge: challenge,
    code_challenge_method: 'S256',
    ...overrides,
  }
  const query = encodeParameters(parameters) + raw
  const url = `${authorizationEndpoint}${authorizationEndpoint.includes('?') ? '&' : '?'}${query}`
  return {
    party,
    url,
    redirectUri: textOr(parameters['redirect_uri'], party.redirectUri),
    state: text(parameters['state']),
    verifier,
    challenge,
    query,
  }
}

const text = (value: Overrides[string]): string | undefined => (typeof value === 'string' ? value : undefined)
const textOr = (value: Overrides[string], fallback: string): string => text(value) ?? fallback
