import type { ClientId } from './ids.js'
import { matchesRedirectUri } from './redirect-uri.js'

export const GRANT_TYPES = ['authorization_code', 'refresh_token', 'client_credentials'] as const
export type GrantType = (typeof GRANT_TYPES)[number]

export const AUTH_METHODS = ['client_secret_basic', 'client_secret_post', 'none'] as const
/** RFC 7591 §2 `token_endpoint_auth_method`; `none` is a public client. */
export type AuthMethod = (typeof AUTH_METHODS)[number]

/** An application that is registered to ask for tokens (RFC 6749 §2). Immutable. */
export interface Client {
  readonly id: ClientId
  /** 128 random bits as base64url, made when it is registered: one that is deleted and registered again under its id is another client. */
  readonly registration: string
  /** 1 when it is registered, and one more with each change. */
  readonly revision: number
  readonly name: string
  readonly authMethod: AuthMethod
  /** SHA-256 of each live secret, base64url; empty for public clients. */
  readonly secretHashes: readonly string[]
  /** The secret before the newest one, SHA-256 as base64url: good until then. */
  readonly previousSecret?: { readonly hash: string; readonly until: Date }
  readonly redirectUris: readonly string[]
  readonly grants: readonly GrantType[]
  readonly scopes: readonly string[]
  readonly defaultScopes: readonly string[]
  /** Resources it may ask tokens for (RFC 8707). */
  readonly resources: readonly string[]
  /** Resources that it serves, and whose tokens it may therefore introspect (RFC 7662). */
  readonly resourceServerFor: readonly string[]
  /** Skips the approval screen. */
  readonly firstParty: boolean
  readonly requireOtp: boolean
  readonly createdAt: Date
  readonly disabledAt?: Date
}

export const isConfidential = (client: Client): boolean => client.authMethod !== 'none'

export const mayUse = (client: Client, grant: GrantType): boolean => client.grants.includes(grant)

/** RFC 9700 §2.1: byte for byte; a loopback address may differ in the port alone (RFC 8252 §7.3). */
export const registersRedirectUri = (client: Client, uri: string): boolean =>
  client.redirectUris.some((registered) => matchesRedirectUri(registered, uri))

/** The digests of the secrets that are good at `at`; none for public clients. */
export const liveSecrets = ({ secretHashes, previousSecret }: Client, at: Date): readonly string[] =>
  previousSecret !== undefined && previousSecret.until > at ? [...secretHashes, previousSecret.hash] : secretHashes
