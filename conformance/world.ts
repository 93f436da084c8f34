import type { Party } from './ask.js'
import type { Browser } from './browser.js'
import type { Target, Timing } from './target.js'
import { Skipped } from './verdict.js'

/** The server at hand, as every row sees it. */
export interface World {
  readonly target: Target
  readonly timing: Timing
  readonly issuer: string
  readonly metadata: Readonly<Record<string, unknown>>
  readonly authorizationEndpoint: string
  readonly tokenEndpoint: string
  readonly confidential: Party
  readonly publicClient: Party
  /** A scope that the confidential client may ask for, but that no row but CONS-008 asks for. */
  readonly spareScope: string | undefined
  /** A scope that neither client may ask for. */
  readonly foreignScope: string
  /** One in which the person is signed in, once somebody needed it. */
  browser?: Browser
}

/** The URL of something that not every server has. */
export function optional({ metadata }: World, name: 'revocation_endpoint' | 'introspection_endpoint' | 'jwks_uri'): string {
  const url = metadata[name]
  if (typeof url !== 'string') throw new Skipped(`${name} is not advertised`)
  return url
}
