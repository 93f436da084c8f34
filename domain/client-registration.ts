import type { Client } from './client.js'
import { InvalidInput } from './errors.js'
import { mustBeName, quoted } from './names.js'
import { redirectUriProblem } from './redirect-uri.js'
import { resourceUriProblem } from './resource.js'
import { isScopeToken } from './scope.js'

/** What of a client an operator chooses. */
export type ClientTraits = Pick<
  Client,
  | 'name'
  | 'authMethod'
  | 'redirectUris'
  | 'grants'
  | 'scopes'
  | 'defaultScopes'
  | 'resources'
  | 'resourceServerFor'
  | 'firstParty'
  | 'requireOtp'
>

/** Without repeats; throws InvalidInput, in one sentence that names the field, when a client may not be registered like this. */
export function registrable<T extends ClientTraits>(traits: T): T {
  mustBeName('name', traits.name)
  traits.redirectUris.forEach((uri) => mustBeFine('redirect URI', uri, redirectUriProblem(uri)))
  traits.resources.forEach((uri) => mustBeFine('resource', uri, resourceUriProblem(uri)))
  traits.resourceServerFor.forEach((uri) => mustBeFine('resource server', uri, resourceUriProblem(uri)))
  mustBeScopeTokens('scope', traits.scopes)
  mustBeAmong('default scope', traits.defaultScopes, traits.scopes, 'is not among the scopes of the client')
  mustFitTogether(traits)
  return { ...traits, ...distinct(traits) }
}

export function mustBeScopeTokens(field: string, names: readonly string[]): void {
  for (const name of names) mustBeFine(field, name, isScopeToken(name) ? undefined : 'is not one word of printable ASCII without " and \\')
}

export function mustBeAmong(field: string, names: readonly string[], known: readonly string[], otherwise: string): void {
  for (const name of names) mustBeFine(field, name, known.includes(name) ? undefined : otherwise)
}

export function mustBeFine(field: string, value: string, problem: string | undefined): void {
  if (problem !== undefined) throw new InvalidInput(`${field}: ${quoted(value)} ${problem}`)
}

function mustFitTogether({ authMethod, grants, redirectUris }: ClientTraits): void {
  if (authMethod === 'none' && grants.includes('client_credentials'))
    throw new InvalidInput('grant: a public client has no secret, so it may not use client_credentials')
  if (grants.includes('refresh_token') && !grants.includes('authorization_code'))
    throw new InvalidInput('grant: refresh_token needs authorization_code')
  if (grants.includes('authorization_code') && redirectUris.length === 0)
    throw new InvalidInput('redirect URI: authorization_code needs at least one')
}

const unique = <T>(items: readonly T[]): readonly T[] => [...new Set(items)]

const distinct = (traits: ClientTraits) => ({
  redirectUris: unique(traits.redirectUris),
  grants: unique(traits.grants),
  scopes: unique(traits.scopes),
  defaultScopes: unique(traits.defaultScopes),
  resources: unique(traits.resources),
  resourceServerFor: unique(traits.resourceServerFor),
})
