import type { OAuthClient, OAuthScope } from '@jmondi/oauth2-server'
import type { Source } from '../../domain/audit.js'
import { isConfidential, type Client } from '../../domain/client.js'
import type { Grant } from '../../domain/grant.js'
import type { NewGrant } from '../../ports/for-authorizing.js'
import type { Exchange, IssuedTokens } from '../../ports/for-issuing-tokens.js'

interface AtToken {
  readonly exchange: Exchange
  /** What a refresh asks for; absent when it asks for all that was granted. */
  readonly narrowed?: readonly string[]
}
interface AtAuthorize {
  readonly grant: NewGrant
  readonly how: 'asked' | 'remembered'
  readonly source: Source
}

/** The engine's client, with what one request brings and what it is answered with. */
export class Carrier implements OAuthClient {
  readonly [key: string]: unknown
  readonly id: string
  readonly name: string
  /** Any truthy value: to the engine a client with a secret is confidential. Ours is proved before the engine is asked. */
  readonly secret: string | null
  readonly redirectUris: string[]
  readonly allowedGrants: OAuthClient['allowedGrants']
  readonly scopes: OAuthScope[] = []
  readonly registered: Client
  readonly request: AtToken | AtAuthorize
  issued: IssuedTokens | undefined = undefined

  constructor(client: Client, request: AtToken | AtAuthorize) {
    this.id = client.id
    this.name = client.name
    this.secret = isConfidential(client) ? 'proved' : null
    this.redirectUris = [...client.redirectUris]
    this.allowedGrants = [...client.grants]
    this.registered = client
    this.request = request
  }

  static of(client: OAuthClient): Carrier {
    if (client instanceof Carrier) return client
    throw new TypeError('a client that did not travel with its request')
  }

  get token(): AtToken {
    if ('exchange' in this.request) return this.request
    throw new TypeError('not a request to the token endpoint')
  }

  get authorization(): AtAuthorize {
    if ('grant' in this.request) return this.request
    throw new TypeError('not a request to the authorization endpoint')
  }
}

/** Whose a grant is, as far as the engine asks: by id alone. */
export const ownerOf = ({ clientId }: Grant): OAuthClient => ({ id: clientId, name: '', redirectUris: [], allowedGrants: [], scopes: [] })
