import type { AuditLog } from '../ports/audit-log.js'
import type { Clock } from '../ports/clock.js'
import type { ConsentRepository } from '../ports/consent-repository.js'
import type { FlowRepository } from '../ports/flow-repository.js'
import type { SignedIn } from '../ports/for-authenticating.js'
import type {
  ApprovalQuestion,
  AuthorizationRequest,
  ConnectedApp,
  ForAuthorizing,
  NewGrant,
  RefusedRequest,
} from '../ports/for-authorizing.js'
import type { GrantRepository } from '../ports/grant-repository.js'
import type { Secrets } from '../ports/secrets.js'
import type { UserRepository } from '../ports/user-repository.js'
import type { Source } from './audit.js'
import { questionOf } from './approval-question.js'
import { validateAuthorization } from './authorization-request.js'
import type { Catalogue } from './catalogue.js'
import { isConfidential, registersRedirectUri } from './client.js'
import { codeOf } from './computed-credentials.js'
import { connectedApps } from './connected-apps.js'
import { covers } from './consent.js'
import { OAuthError, PageError } from './errors.js'
import type { AuthorizationParameters } from './flow.js'
import { CLOCK_LEEWAY_MS } from './grant.js'
import type { AttemptId, BrowserId, ClientId, FlowId, GrantId, UserId } from './ids.js'
import { isImpersonable, isPrivateSchemeRedirect } from './redirect-uri.js'
import { owesSecondFactor, provenBy } from './session.js'

export interface AuthorizerParts {
  readonly catalogue: Catalogue
  readonly users: UserRepository
  readonly grants: GrantRepository
  readonly consents: ConsentRepository
  readonly flows: FlowRepository
  readonly secrets: Secrets
  readonly clock: Clock
  readonly audit: AuditLog
}

export interface AuthorizationLimits {
  readonly flowTtlMs: number
  readonly codeTtlMs: number
}

const FLOW_VALUE = /^[A-Za-z0-9_-]{43}$/

/** Decides what a person may allow a client, and remembers it. */
export class Authorizer implements ForAuthorizing {
  readonly #parts: AuthorizerParts
  readonly #limits: AuthorizationLimits

  constructor(parts: AuthorizerParts, limits: AuthorizationLimits) {
    this.#parts = parts
    this.#limits = limits
  }

  async validate(parameters: AuthorizationParameters, source: Source): Promise<AuthorizationRequest | RefusedRequest> {
    const outcome = await validateAuthorization(parameters, this.#parts.catalogue)
    if (!('error' in outcome)) return outcome
    const { clientId, ...refused } = outcome
    this.#parts.audit.record({ event: 'authorization', outcome: 'refused', client_id: clientId, reason: refused.error }, source)
    return refused
  }

  async begin(parameters: AuthorizationParameters, browser: string): Promise<string> {
    const { secrets, flows } = this.#parts
    const value = secrets.random(32)
    const createdAt = this.#parts.clock.now()
    const expiresAt = new Date(createdAt.getTime() + this.#limits.flowTtlMs)
    await flows.begin({
      id: secrets.digest(value) as FlowId,
      browser: secrets.digest(browser) as BrowserId,
      parameters,
      createdAt,
      expiresAt,
    })
    return value
  }

  async resume(value: string, browser: string | undefined): Promise<AuthorizationParameters> {
    const { secrets, flows, clock } = this.#parts
    const flow = FLOW_VALUE.test(value) ? await flows.find(secrets.digest(value) as FlowId) : undefined
    if (flow === undefined || browser === undefined || !secrets.same(flow.browser, secrets.digest(browser)))
      throw new PageError('flow-over')
    if (flow.spentAt !== undefined || flow.expiresAt <= clock.now()) throw new PageError('flow-over', await this.#homeOf(flow.parameters))
    return flow.parameters
  }

  secondFactorDue({ client }: AuthorizationRequest, { user, session }: SignedIn): 'prove' | 'enrol' | undefined {
    if (!client.requireOtp) return undefined
    // One that was taken away since it was shown, by an operator because it was stolen perhaps, counts no more.
    if (user.secondFactor === undefined) return 'enrol'
    return owesSecondFactor(session, user) ? 'prove' : undefined
  }

  async isApproved(request: AuthorizationRequest, who: SignedIn): Promise<boolean> {
    const { client, redirectUri } = request
    // RFC 8252 §8.6: another program could answer there in the client's name, whoever made the client.
    if (!isConfidential(client) && isImpersonable(redirectUri)) return false
    if (client.firstParty) return true
    return covers(await this.#parts.consents.find(who.user.id, client.id), client, request.permissions)
  }

  async question(request: AuthorizationRequest, who: SignedIn): Promise<ApprovalQuestion> {
    const { catalogue, consents } = this.#parts
    const consent = await consents.find(who.user.id, request.client.id)
    return questionOf(request, consent, await catalogue.scopes(), await catalogue.resources())
  }

  async spend(value: string): Promise<void> {
    const { secrets, flows, clock } = this.#parts
    const spent = await flows.spend(secrets.digest(value) as FlowId, secrets.random(16) as AttemptId, clock.now())
    if (!spent) throw new PageError('flow-over')
  }

  /**
   * The grant first, the consent after it: a withdrawal in between leaves no live grant without a consent. One that came before the grant, but after
   * its approval was looked up, has moved the person's withdrawalEpoch on.
   */
  async grant({ request, who }: NewGrant, how: 'asked' | 'remembered', source: Source): Promise<GrantId> {
    const { grants, consents, secrets, clock, audit } = this.#parts
    const { client, redirectUri, challenge, scopes, resources, permissions } = request
    if (this.secondFactorDue(request, who) !== undefined) throw new OAuthError('access_denied', 'the second factor was not shown')
    const at = clock.now()
    const id = secrets.random(16) as GrantId
    const expiresAt = new Date(at.getTime() + this.#limits.codeTtlMs)
    await grants.save({
      id,
      clientId: client.id,
      clientRegistration: client.registration,
      userId: who.user.id,
      sessionId: who.session.id,
      scopes,
      resources,
      authTime: who.session.authTime,
      amr: provenBy(who.session, who.user),
      grantEpoch: who.user.grantEpoch,
      withdrawalEpoch: who.user.withdrawalEpoch,
      createdAt: at,
      code: { challenge, redirectUri, expiresAt },
      expiresAt: new Date(expiresAt.getTime() + CLOCK_LEEWAY_MS),
    })
    if (how === 'asked') {
      const { id: clientId, registration: clientRegistration } = client
      await consents.remember({ userId: who.user.id, clientId, clientRegistration, scopes, resources, permissions, at })
      audit.record({ event: 'approval', outcome: 'ok', client_id: client.id, user_id: who.user.id, grant_id: id }, source)
      await this.#note(who.user.id, 'approval', client.id, source)
    }
    audit.record({ event: 'code', outcome: 'ok', client_id: client.id, user_id: who.user.id, grant_id: id }, source)
    return id
  }

  codeFor(id: GrantId): string {
    return codeOf(id, this.#parts.secrets)
  }

  deny({ client }: AuthorizationRequest, { user }: SignedIn, source: Source): void {
    this.#parts.audit.record({ event: 'denial', outcome: 'refused', client_id: client.id, user_id: user.id }, source)
  }

  connectedApps = (userId: UserId): Promise<readonly ConnectedApp[]> => connectedApps(userId, this.#parts)

  async clientName(id: string): Promise<string | undefined> {
    return (await this.#parts.catalogue.client(id))?.name
  }

  async withdraw(userId: UserId, clientId: string, source: Source): Promise<void> {
    const filter = { userId, clientId: clientId as ClientId }
    // First the epoch: whatever is saved from now on by who looked before is worthless.
    await this.#parts.users.change(userId, { endCodes: true })
    const forgotten = await this.#parts.consents.forget(filter)
    const ended = await this.#parts.grants.endAll(filter, 'withdrawn', this.#parts.clock.now())
    if (forgotten + ended === 0) return
    this.#parts.audit.record({ event: 'withdrawal', outcome: 'ok', client_id: clientId, user_id: userId }, source)
    await this.#note(userId, 'withdrawal', filter.clientId, source)
  }

  /** What was done is done, whether the person can be shown it or not. */
  async #note(userId: UserId, event: 'approval' | 'withdrawal', clientId: ClientId, { address }: Source): Promise<void> {
    await this.#parts.users.note(userId, { event, at: this.#parts.clock.now(), address, clientId }).catch(() => undefined)
  }

  /** The start page of a client's site, when its redirect URI is a web address that is still registered. */
  async #homeOf({ client_id, redirect_uri }: AuthorizationParameters): Promise<string | undefined> {
    const client = typeof client_id === 'string' ? await this.#parts.catalogue.client(client_id) : undefined
    const uri = typeof redirect_uri === 'string' ? redirect_uri : client?.redirectUris[0]
    if (client === undefined || uri === undefined || isPrivateSchemeRedirect(uri) || !registersRedirectUri(client, uri)) return undefined
    return `${new URL(uri).origin}/`
  }
}
