import Koa from 'koa'
import supertest from 'supertest'
import { errorBoundary } from '../../adapters/http/boundary.js'
import { answerMissing } from '../../adapters/http/existence.js'
import { identify } from '../../adapters/http/identify.js'
import { pageRoutes } from '../../adapters/http/pages/routes.js'
import type { HttpPorts, HttpSettings } from '../../adapters/http/ports.js'
import { cookiesFollowIssuer } from '../../adapters/http/transport.js'
import { SystemSecrets } from '../../adapters/system/secrets.js'
import { PageError } from '../../domain/errors.js'
import type { AuthorizationParameters } from '../../domain/flow.js'
import { permission } from '../../domain/consent.js'
import type { SecondFactor } from '../../domain/second-factor.js'
import type { SignedIn } from '../../ports/for-authenticating.js'
import type { AuthorizationRequest, ForAuthorizing, RefusedRequest } from '../../ports/for-authorizing.js'
import { aClient, aResource, aScope, NOW } from '../support/builders.js'
import { keeping, proving } from './pages-people.js'

export const ISSUER = 'http://localhost'
export const CLIENT = aClient({ firstParty: false, redirectUris: ['https://rp.test/cb?of=1'], disabledAt: undefined })
export const REQUEST = `/authorize?client_id=${CLIENT.id}&redirect_uri=${encodeURIComponent('https://rp.test/cb?of=1')}&state=a%20b%26c`

/** What the services behind the pages did, and what they are to say. */
export class World {
  readonly secrets = new SystemSecrets([Buffer.alloc(32, 7)])
  readonly sessions = new Map<string, SignedIn>()
  readonly flows = new Map<string, { parameters: AuthorizationParameters; browser: string; spent: boolean }>()
  readonly events: string[] = []
  readonly validated: AuthorizationParameters[] = []
  approved = false
  refusal: RefusedRequest['error'] | undefined
  scopes: readonly string[] = ['read']
  unavailable: Error | undefined
  cannotSignOut: Error | undefined
  /** What people who sign in have from now on. */
  secondFactor: SecondFactor | undefined
  authTime = NOW
  /** Whether the client demands a second factor. */
  isDemanded = false
  /** What is thrown at whoever tries a password or a code. */
  throttled: Error | undefined

  whoHas(token: string): SignedIn | undefined {
    const who = this.sessions.get(token)
    return who?.session.pending === undefined ? who : undefined
  }

  request(parameters: AuthorizationParameters): AuthorizationRequest | RefusedRequest {
    const { client_id: id, redirect_uri: redirectUri, state } = parameters
    if (id !== CLIENT.id) throw new PageError('unknown-client')
    if (redirectUri !== CLIENT.redirectUris[0]) throw new PageError('bad-redirect-uri')
    const proved = { redirectUri: String(redirectUri), ...(typeof state === 'string' && { state }) }
    if (this.refusal !== undefined) return { ...proved, error: this.refusal }
    return {
      ...proved,
      client: CLIENT,
      scopes: this.scopes,
      resources: [],
      permissions: this.scopes.map((scope) => permission(scope, [])),
      challenge: 'c'.repeat(43),
    }
  }
}

function authorizing(world: World): ForAuthorizing {
  const alive = (value: string, browser?: string) => {
    const flow = world.flows.get(value)
    if (flow === undefined || flow.spent || (browser !== undefined && flow.browser !== browser)) throw new PageError('flow-over')
    return flow
  }
  return {
    validate: async (parameters) => {
      world.validated.push(parameters)
      return world.request(parameters)
    },
    begin: async (parameters, browser) => {
      const value = world.secrets.random(32)
      world.flows.set(value, { parameters, browser, spent: false })
      return value
    },
    resume: async (value, browser) => alive(value, browser ?? 'none').parameters,
    secondFactorDue: (_, { user, session }) => {
      if (!world.isDemanded || session.amr.includes('mfa')) return undefined
      return user.secondFactor === undefined ? 'enrol' : 'prove'
    },
    isApproved: async () => world.approved,
    question: async (request) => ({
      request,
      asked: [{ resource: aResource(), isNew: true, scopes: request.scopes.map((name) => ({ ...aScope({ name }), isNew: true })) }],
      news: 'all',
    }),
    spend: async (value) => {
      alive(value).spent = true
      world.events.push('spend')
    },
    grant: () => Promise.reject(new Error('the engine is faked')),
    codeFor: () => '',
    deny: () => world.events.push('deny'),
    connectedApps: async () => [{ client: CLIENT, scopes: [aScope({ description: 'Read <notes>' })], since: NOW, lastUsed: NOW }],
    clientName: async (id) => (id === 'gone' ? undefined : `Name of ${id}`),
    withdraw: async (_, clientId) => void world.events.push(`withdraw ${clientId}`),
  }
}

export function ports(world: World): HttpPorts {
  const silent = () => undefined
  return {
    secrets: world.secrets,
    clock: { now: () => NOW },
    log: { error: silent, warn: silent, info: silent },
    authorizing: authorizing(world),
    accounts: keeping(world),
    authenticating: {
      client: () => Promise.reject(new Error('no page asks')),
      ...proving(world),
      signOut: async (token) => {
        if (world.cannotSignOut !== undefined) throw world.cannotSignOut
        world.sessions.delete(token)
      },
    },
    engine: {
      exchange: () => Promise.reject(new Error('no page exchanges')),
      authorize: async ({ who }, how) => {
        world.events.push(`code for ${who.user.username}, ${how}`)
        return 'pc_ac_code'
      },
    },
    // No page asks these.
    revoking: undefined as never,
    inspecting: undefined as never,
    resources: undefined as never,
    publishing: undefined as never,
    scopes: undefined as never,
  }
}

export const SETTINGS: HttpSettings = {
  issuer: ISSUER,
  trustProxy: 0,
  defaultResource: ISSUER,
  brand: { name: 'Portcullis' },
  root: process.cwd(),
}

export function serve(world: World, overrides: Partial<HttpSettings> = {}): supertest.Agent {
  const settings: HttpSettings = { ...SETTINGS, ...overrides }
  const app = new Koa()
  const own = ports(world)
  for (const middleware of [identify(own, settings), errorBoundary(own, settings), answerMissing(settings), cookiesFollowIssuer(settings)])
    app.use(middleware)
  app.use(pageRoutes(own, settings))
  return supertest.agent(app.callback())
}

export const csrfOf = ({ text }: supertest.Response): string => /name="_csrf" value="([^"]*)"/.exec(text)?.[1] ?? ''

export const locationOf = ({ headers }: supertest.Response): string => String((headers as Record<string, unknown>)['location'])

export const cookiesOf = ({ headers }: supertest.Response): readonly string[] =>
  ((headers as Record<string, unknown>)['set-cookie'] as string[] | undefined) ?? []

export async function signIn(agent: supertest.Agent, username = 'alice', page = '/login'): Promise<supertest.Response> {
  const _csrf = csrfOf(await agent.get(page))
  return agent.post(page).type('form').send({ _csrf, username, password: 'correct horse battery' })
}
