import { SystemSecrets } from '../adapters/system/secrets.js'
import type { Source } from '../domain/audit.js'
import { redirectUriProblem } from '../domain/redirect-uri.js'
import type { ForAdministering } from '../ports/for-administering.js'
import type { Secrets } from '../ports/secrets.js'
import type { Storage } from '../ports/storage.js'
import type { Config } from './config.js'

export const DEMO = { clientId: 'demo', username: 'demo' } as const
const SOURCE: Source = { requestId: 'demo', address: 'cli' }
const SCOPES = [
  { name: 'read', description: 'See your sample notes' },
  { name: 'write', description: 'Change your sample notes' },
]

const redirectUriOf = (issuer: string): string => `${issuer}/demo/callback`

/** Not with an http issuer outside loopback: its redirect URI may not be registered. */
export const canHaveDemo = (issuer: string): boolean => redirectUriProblem(redirectUriOf(issuer)) === undefined

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
      redirectUris: [redirectUriOf(issuer)],
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

/** Tells who starts a development server where to look; on stderr, because stdout is the log's. */
export function greet({ production, issuer, secrets }: Config): void {
  if (production) return
  const demo = [
    `  Demo page    ${issuer}/demo`,
    `  Demo user    ${DEMO.username}   password: ${demoPassword(new SystemSecrets(secrets))}`,
    '               (as made at the first start; change it with: portcullis user set-password demo)',
  ]
  const lines = [`  Portcullis   ${issuer}`, ...(canHaveDemo(issuer) ? demo : ['  No demo: it needs an https issuer or one on loopback'])]
  process.stderr.write(`\n${lines.join('\n')}\n\n`)
}
