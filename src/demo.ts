import type { Source } from '../domain/audit.js'
import type { ForAdministering } from '../ports/for-administering.js'
import type { Secrets } from '../ports/secrets.js'
import type { Storage } from '../ports/storage.js'

export const DEMO = { clientId: 'demo', username: 'demo' } as const
const SOURCE: Source = { requestId: 'demo', address: 'cli' }
const SCOPES = [
  { name: 'read', description: 'See your sample notes' },
  { name: 'write', description: 'Change your sample notes' },
]

/** Computed from SECRETS, so that it need not be kept anywhere. */
export const demoPassword = (secrets: Secrets): string =>
  Buffer.from(secrets.mac('demo', Buffer.from('password of the demo user')))
    .toString('base64url')
    .slice(0, 20)

/** Gives a store without people and clients something to try: a person, a public client and two scopes. */
export async function seedDemo(issuer: string, storage: Storage, administering: ForAdministering, secrets: Secrets): Promise<void> {
  const [users, clients, scopes] = await Promise.all([storage.users.list(), storage.clients.list(), storage.scopes.list()])
  if (users.length > 0 || clients.length > 0) return
  for (const scope of SCOPES) {
    if (!scopes.some(({ name }) => name === scope.name)) await administering.createScope(scope, SOURCE)
  }
  await administering.createUser({ username: DEMO.username, password: demoPassword(secrets), name: 'Demo user' }, SOURCE)
  await administering.createClient(
    {
      id: DEMO.clientId,
      name: 'Portcullis demo',
      isPublic: true,
      grants: ['authorization_code', 'refresh_token'],
      redirectUris: [`${issuer}/demo/callback`],
      scopes: ['read', 'write'],
      defaultScopes: ['read'],
    },
    SOURCE,
  )
}

export interface DemoTraces {
  readonly client: boolean
  readonly user: boolean
}

export async function demoTraces(storage: Storage): Promise<DemoTraces> {
  const [clients, user] = await Promise.all([storage.clients.list(), storage.users.findByUsername(DEMO.username)])
  return { client: clients.some(({ id }) => id === DEMO.clientId), user: user !== undefined }
}
