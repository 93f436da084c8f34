import type { ServiceIdentifier } from 'inversify'
import type { Catalogue } from '../domain/catalogue.js'
import type { KeyRing } from '../domain/key-ring.js'
import type { PersonAuthenticator } from '../domain/person-authenticator.js'
import type { SessionKeeper } from '../domain/session-keeper.js'
import type { Throttle } from '../domain/throttle.js'
import type { AuditLog } from '../ports/audit-log.js'
import type { Clock } from '../ports/clock.js'
import type { ForAdministering } from '../ports/for-administering.js'
import type { ForAuthenticating } from '../ports/for-authenticating.js'
import type { ForAuthorizing } from '../ports/for-authorizing.js'
import type { ForInspectingTokens } from '../ports/for-inspecting-tokens.js'
import type { ForIssuingTokens } from '../ports/for-issuing-tokens.js'
import type { ForKeepingAccounts } from '../ports/for-keeping-accounts.js'
import type { ForKeepingKeys } from '../ports/for-keeping-keys.js'
import type { ForPublishingKeys } from '../ports/for-publishing-keys.js'
import type { ForRevokingTokens } from '../ports/for-revoking-tokens.js'
import type { OneTimeCodes } from '../ports/one-time-codes.js'
import type { PasswordHasher } from '../ports/password-hasher.js'
import type { Secrets } from '../ports/secrets.js'
import type { Storage } from '../ports/storage.js'
import type { TokenSigner } from '../ports/token-signer.js'
import type { HttpPorts, HttpSettings, Log } from '../adapters/http/ports.js'
import type { Engine } from '../adapters/oauth2/engine.js'
import type { Config } from './config.js'

/** A name under which the container knows a port; the type travels with it, so that wrong wiring does not compile. */
const token = <T>(name: string): ServiceIdentifier<T> => Symbol(name)

export const TOKENS = {
  config: token<Config>('Config'),
  httpSettings: token<HttpSettings>('HttpSettings'),
  httpPorts: token<HttpPorts>('HttpPorts'),
  engine: token<Engine>('Engine'),
  log: token<Log>('Log'),
  storage: token<Storage>('Storage'),
  clock: token<Clock>('Clock'),
  secrets: token<Secrets>('Secrets'),
  hasher: token<PasswordHasher>('PasswordHasher'),
  signer: token<TokenSigner>('TokenSigner'),
  audit: token<AuditLog>('AuditLog'),
  catalogue: token<Catalogue>('Catalogue'),
  keyRing: token<KeyRing>('KeyRing'),
  codes: token<OneTimeCodes>('OneTimeCodes'),
  throttle: token<Throttle>('Throttle'),
  sessionKeeper: token<SessionKeeper>('SessionKeeper'),
  people: token<PersonAuthenticator>('PersonAuthenticator'),
  accounts: token<ForKeepingAccounts>('ForKeepingAccounts'),
  authenticating: token<ForAuthenticating>('ForAuthenticating'),
  authorizing: token<ForAuthorizing>('ForAuthorizing'),
  issuing: token<ForIssuingTokens>('ForIssuingTokens'),
  revoking: token<ForRevokingTokens>('ForRevokingTokens'),
  inspecting: token<ForInspectingTokens>('ForInspectingTokens'),
  keepingKeys: token<ForKeepingKeys>('ForKeepingKeys'),
  publishing: token<ForPublishingKeys>('ForPublishingKeys'),
  administering: token<ForAdministering>('ForAdministering'),
}
