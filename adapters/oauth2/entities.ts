import type { OAuthClientRepository, OAuthScopeRepository, OAuthUserRepository } from '@jmondi/oauth2-server'
import type { Carrier } from './carrier.js'

/** The client is proved and its grant allowed before the engine is asked; `identifier` is the carrier itself. */
export const clientsTravelWithTheRequest: OAuthClientRepository = {
  getByIdentifier: (identifier: unknown) => Promise.resolve(identifier as Carrier),
  isClientValid: () => Promise.resolve(true),
}

/** Names are echoed and decided in persist: on the code grant the engine would turn an outage here into a client's mistake. */
export const scopesAreNames: OAuthScopeRepository = {
  getAllByIdentifiers: (names) => Promise.resolve(names.map((name) => ({ name }))),
  finalize: (scopes) => Promise.resolve(scopes),
}

/** The person was looked up with the code or refresh token. */
export const peopleAreSettled: OAuthUserRepository = {
  getUserByCredentials: (id) => Promise.resolve({ id }),
}
