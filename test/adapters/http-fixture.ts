import type { RequestListener } from 'node:http'
import supertest from 'supertest'
import { createApp } from '../../adapters/http/app.js'
import type { HttpPorts, HttpSettings } from '../../adapters/http/ports.js'
import { SystemSecrets } from '../../adapters/system/secrets.js'
import type { Client } from '../../domain/client.js'
import { OAuthError } from '../../domain/errors.js'
import type { ClientId } from '../../domain/ids.js'
import type { ClientCredentials } from '../../ports/for-authenticating.js'
import type { Exchange } from '../../ports/for-issuing-tokens.js'
import { aClient, NOW } from '../support/builders.js'

export const ISSUER = 'https://as.test'
export const SECRET = 'p@ss:wo/rd+%20&='

const client = (id: string, authMethod: Client['authMethod']) => aClient({ id: id as ClientId, authMethod, disabledAt: undefined })
export const CLIENTS = [
  client('C-CONF', 'client_secret_basic'),
  client('we ird:id+%', 'client_secret_basic'),
  client('C-POST', 'client_secret_post'),
  client('C-PUB', 'none'),
  aClient({ id: 'C-LITTLE' as ClientId, authMethod: 'none', grants: ['client_credentials'], disabledAt: undefined }),
]

/** What the services behind the endpoints were asked, and what they are to say. */
export class World {
  readonly presented: ClientCredentials[] = []
  readonly exchanges: { readonly form: ReadonlyMap<string, string>; readonly exchange: Exchange }[] = []
  readonly logged: { readonly level: string; readonly fields: object; readonly text: string }[] = []
  readonly addresses: string[] = []
  scopes: readonly string[] = ['read', 'write']
  resources: readonly string[] = []
  readonly revoked: string[] = []
  readonly inspected: string[] = []
  /** Thrown by whatever is asked. */
  failure: Error | undefined
  /** Thrown by the engine. */
  refusal: unknown
  now = NOW
  isHanging = false

  async answer<T>(value: T): Promise<T> {
    if (this.isHanging) await new Promise(() => undefined)
    if (this.failure !== undefined) throw this.failure
    return value
  }
}

export function portsOf(world: World): HttpPorts {
  const write = (level: string) => (fields: object, text: string) => void world.logged.push({ level, fields, text })
  return {
    secrets: new SystemSecrets([Buffer.alloc(32, 7)]),
    clock: { now: () => world.now },
    log: { error: write('error'), warn: write('warn'), info: write('info') },
    authenticating: {
      client: async (credentials, { address }) => {
        world.presented.push(credentials)
        world.addresses.push(address)
        const known = CLIENTS.find(({ id }) => id === credentials.clientId)
        const isRight = known?.authMethod === 'none' ? credentials.secret === undefined : credentials.secret === SECRET
        if (known?.authMethod !== credentials.method || !isRight) throw new OAuthError('invalid_client', 'unknown client or wrong secret')
        return world.answer(known)
      },
      signIn: async () => undefined,
      resume: async () => world.answer(undefined),
      halfSignedIn: async () => undefined,
      proveSecondFactor: async () => undefined,
      confirmPassword: async () => undefined,
      signOut: async () => undefined,
    },
    engine: {
      exchange: async (form, exchange) => {
        world.exchanges.push({ form, exchange })
        // eslint-disable-next-line @typescript-eslint/only-throw-error -- what is thrown need not be an error
        if (world.refusal !== undefined) throw world.refusal
        return world.answer({ access_token: 'a.b.c', token_type: 'Bearer', expires_in: 600, scope: 'read' } as const)
      },
      authorize: async () => 'pc_ac_code',
    },
    accounts: undefined as never,
    revoking: {
      revoke: async ({ token }) => {
        world.revoked.push(token)
        return world.answer(undefined)
      },
    },
    inspecting: {
      inspect: async ({ token }) => {
        world.inspected.push(token)
        return world.answer({ active: false })
      },
    },
    resources: {
      list: () => world.answer(world.resources.map((uri) => ({ uri, name: uri, scopes: [] }))),
      add: async () => true,
      remove: async () => true,
    },
    publishing: { jwks: () => world.answer({ keys: [{ kty: 'EC', crv: 'P-256', x: 'x', y: 'y', kid: 'k', use: 'sig', alg: 'ES256' }] }) },
    scopes: {
      list: () => world.answer(world.scopes.map((name) => ({ name, description: `To ${name}` }))),
      add: async () => true,
      replace: async () => true,
      remove: async () => true,
    },
    // Nothing here asks these.
    authorizing: undefined as never,
  }
}

export function handlerOf(world: World, overrides: Partial<HttpSettings> = {}): RequestListener {
  const settings: HttpSettings = {
    issuer: ISSUER,
    trustProxy: 0,
    defaultResource: ISSUER,
    brand: { name: 'Portcullis', color: '#123456' },
    root: process.cwd(),
    ...overrides,
  }
  const handle = createApp(portsOf(world), settings).callback()
  return (request, response) => void handle(request, response)
}

export const serve = (world: World, overrides: Partial<HttpSettings> = {}) => supertest(handlerOf(world, overrides))

export const basic = (id: string, secret: string, scheme = 'Basic'): string =>
  `${scheme} ${Buffer.from(`${formEncoded(id)}:${formEncoded(secret)}`).toString('base64')}`

export const formEncoded = (text: string): string => encodeURIComponent(text).replaceAll('%20', '+')

export const FORM = 'application/x-www-form-urlencoded'
export const VERIFIER = 'v'.repeat(43)
export const REDEEM = `grant_type=authorization_code&code=pc_ac_x&code_verifier=${VERIFIER}`

/** POST /token with a raw body, by C-CONF unless another authorization (or none, as '') is given. */
export function ask(world: World, body: string | Buffer, authorization = basic('C-CONF', SECRET)): supertest.Test {
  const request = serve(world).post('/token').set('Content-Type', FORM)
  if (authorization !== '') void request.set('Authorization', authorization)
  return request.serialize((raw: unknown) => raw as string).send(body)
}

export const errorOf = ({ body }: supertest.Response): unknown => (body as { error?: unknown }).error
export const headerOf = ({ headers }: supertest.Response, name: string): string | undefined => (headers as Record<string, string>)[name]
