import 'reflect-metadata'
import { Container, type ServiceIdentifier } from 'inversify'
import type { Log } from '../adapters/http/ports.js'
import { GrantEngine } from '../adapters/oauth2/engine.js'
import { Argon2PasswordHasher } from '../adapters/system/argon2.js'
import { PinoAuditLog } from '../adapters/system/audit.js'
import { TotpCodes } from '../adapters/system/one-time-codes.js'
import { systemClock } from '../adapters/system/clock.js'
import { SystemSecrets } from '../adapters/system/secrets.js'
import { NodeTokenSigner } from '../adapters/system/signer.js'
import type { createLogger } from '../adapters/system/logger.js'
import { AccountKeeper } from '../domain/account-keeper.js'
import { Administrator } from '../domain/administrator.js'
import { Authenticator } from '../domain/authenticator.js'
import { Authorizer } from '../domain/authorizer.js'
import { Catalogue } from '../domain/catalogue.js'
import { KeyAdministration } from '../domain/key-administration.js'
import { KeyRing } from '../domain/key-ring.js'
import { PersonAuthenticator } from '../domain/person-authenticator.js'
import { SessionKeeper } from '../domain/session-keeper.js'
import { Throttle } from '../domain/throttle.js'
import { TokenInspector } from '../domain/token-inspector.js'
import { TokenIssuer } from '../domain/token-issuer.js'
import { TokenRevoker } from '../domain/token-revoker.js'
import type { Clock } from '../ports/clock.js'
import type { Storage } from '../ports/storage.js'
import type { Config } from './config.js'
import { httpSettings } from './http-settings.js'
import { keysInTime } from './keys-in-time.js'
import { TOKENS as T } from './tokens.js'

/** What is chosen before anything is wired. */
export interface Parts {
  readonly config: Config
  readonly storage: Storage
  readonly logger: ReturnType<typeof createLogger>
  /** The system's unless a test freezes time. */
  readonly clock?: Clock
}

/** Wires every port to its implementation; all singletons. */
export function createContainer({ config, storage, logger, clock = systemClock }: Parts): Container {
  const container = new Container({ defaultScope: 'Singleton' })
  container.bind(T.config).toConstantValue(config)
  container.bind(T.httpSettings).toResolvedValue(httpSettings, [T.config])
  container.bind(T.storage).toConstantValue(storage)
  container.bind(T.clock).toConstantValue(clock)
  container.bind(T.log).toConstantValue(logger satisfies Log)
  container.bind(T.audit).toConstantValue(new PinoAuditLog(logger))
  container.bind(T.secrets).toConstantValue(new SystemSecrets(config.secrets))
  container.bind(T.hasher).toResolvedValue(() => new Argon2PasswordHasher())
  container.bind(T.signer).toResolvedValue(() => new NodeTokenSigner())
  bindDomain(container)
  bindPeople(container)
  bindHttp(container)
  return container
}

function bindDomain(container: Container): void {
  container
    .bind(T.catalogue)
    .toResolvedValue((storage, clock) => new Catalogue(storage.clients, storage.scopes, storage.resources, clock), [T.storage, T.clock])
  container
    .bind(T.keyRing)
    .toResolvedValue(
      ({ keys }, signer, secrets, clock, { accessTokenTtlMs }) =>
        new KeyRing({ keys: keysInTime(keys), signer, secrets, clock }, accessTokenTtlMs),
      [T.storage, T.signer, T.secrets, T.clock, T.config],
    )
  container.bind(T.publishing).toResolvedValue((keyRing) => keyRing, [T.keyRing])
  container
    .bind(T.authenticating)
    .toResolvedValue(
      (catalogue, people, secrets, clock, audit, config) => new Authenticator({ catalogue, people, secrets, clock, audit }, config),
      [T.catalogue, T.people, T.secrets, T.clock, T.audit, T.config],
    )
  container
    .bind(T.authorizing)
    .toResolvedValue(
      (catalogue, { users, grants, consents, flows }, secrets, clock, audit, config) =>
        new Authorizer({ catalogue, users, grants, consents, flows, secrets, clock, audit }, config),
      [T.catalogue, T.storage, T.secrets, T.clock, T.audit, T.config],
    )
  container
    .bind(T.issuing)
    .toResolvedValue(
      (catalogue, { grants, users }, keyRing, secrets, clock, audit, config) =>
        new TokenIssuer({ grants, users, catalogue, keyRing, secrets, clock, audit }, config),
      [T.catalogue, T.storage, T.keyRing, T.secrets, T.clock, T.audit, T.config],
    )
  container
    .bind(T.revoking)
    .toResolvedValue(
      ({ grants, deniedTokens }, keyRing, secrets, clock, audit) =>
        new TokenRevoker({ grants, deniedTokens, keyRing, secrets, clock, audit }),
      [T.storage, T.keyRing, T.secrets, T.clock, T.audit],
    )
  container
    .bind(T.inspecting)
    .toResolvedValue(
      ({ grants, users, deniedTokens }, catalogue, keyRing, secrets, clock, audit, config) =>
        new TokenInspector({ grants, users, deniedTokens, catalogue, keyRing, secrets, clock, audit }, config),
      [T.storage, T.catalogue, T.keyRing, T.secrets, T.clock, T.audit, T.config],
    )
  container
    .bind(T.keepingKeys)
    .toResolvedValue(
      ({ keys, users }, signer, secrets, clock, audit, { accessTokenTtlMs }) =>
        new KeyAdministration({ keys, users, signer, secrets, clock, audit }, accessTokenTtlMs),
      [T.storage, T.signer, T.secrets, T.clock, T.audit, T.config],
    )
  container
    .bind(T.administering)
    .toResolvedValue(
      (storage, secrets, hasher, clock, audit) => new Administrator({ storage, secrets, hasher, clock, audit }),
      [T.storage, T.secrets, T.hasher, T.clock, T.audit],
    )
}

function bindPeople(container: Container): void {
  container.bind(T.codes).toResolvedValue(() => new TotpCodes())
  container
    .bind(T.throttle)
    .toResolvedValue(
      ({ attempts }, secrets, clock, config) => new Throttle(attempts, secrets, clock, config),
      [T.storage, T.secrets, T.clock, T.config],
    )
  container
    .bind(T.sessionKeeper)
    .toResolvedValue(
      ({ users, sessions }, secrets, clock, config) => new SessionKeeper({ users, sessions, secrets, clock }, config),
      [T.storage, T.secrets, T.clock, T.config],
    )
  container
    .bind(T.people)
    .toResolvedValue(
      ({ users }, sessionKeeper, throttle, codes, hasher, secrets, clock, audit) =>
        new PersonAuthenticator({ users, sessionKeeper, throttle, codes, hasher, secrets, clock, audit }),
      [T.storage, T.sessionKeeper, T.throttle, T.codes, T.hasher, T.secrets, T.clock, T.audit],
    )
  container
    .bind(T.accounts)
    .toResolvedValue(
      ({ users, sessions }, sessionKeeper, people, codes, hasher, secrets, clock, audit, { brand }) =>
        new AccountKeeper({ users, sessions, sessionKeeper, people, codes, hasher, secrets, clock, audit, brand: brand.name }),
      [T.storage, T.sessionKeeper, T.people, T.codes, T.hasher, T.secrets, T.clock, T.audit, T.config],
    )
}

function bindHttp(container: Container): void {
  container
    .bind(T.engine)
    .toResolvedValue(
      (issuing, authorizing, config) => new GrantEngine(issuing, authorizing, config.issuer),
      [T.issuing, T.authorizing, T.config],
    )
  container.bind(T.httpPorts).toResolvedValue(
    (authenticating, accounts, authorizing, revoking, inspecting, publishing, engine, { scopes, resources }, secrets, clock, log) => ({
      authenticating,
      accounts,
      authorizing,
      revoking,
      inspecting,
      publishing,
      engine,
      scopes,
      resources,
      secrets,
      clock,
      log,
    }),
    [T.authenticating, T.accounts, T.authorizing, T.revoking, T.inspecting, T.publishing, T.engine, T.storage, T.secrets, T.clock, T.log],
  )
}

/** Resolves a port; only the composition root asks. */
export const resolve = <P>(container: Container, port: ServiceIdentifier<P>): P => container.get(port)

export type { Container }
