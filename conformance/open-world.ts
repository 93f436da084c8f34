import { isRecord, parseJson } from './answers.js'
import { ask, type Party } from './ask.js'
import { Browser, send } from './browser.js'
import { Unreachable, type Target, type Timing } from './target.js'
import type { World } from './world.js'

type Metadata = World['metadata']

/** More scopes are not tried. */
const MAX_SCOPES = 12
/** What these ask for is not a part of the person's data that could be narrowed. */
const SPECIAL_SCOPES = ['openid', 'offline_access']

/** RFC 8414 §3.1: the well-known path goes in between the host and the issuer's own path. */
export function metadataUrl(issuer: string): string {
  const { origin, pathname } = new URL(issuer)
  return `${origin}/.well-known/oauth-authorization-server${pathname.replace(/\/$/, '')}`
}

/** Finds the endpoints, and which scopes the clients may ask for. Throws Unreachable. */
export async function openWorld(target: Target, timing: Timing): Promise<World> {
  const metadata = await readMetadata(metadataUrl(target.issuer))
  const authorizationEndpoint = urlOf(metadata, 'authorization_endpoint')
  const one = { ...target.client, redirectUri: target.redirectUri, scopes: [] }
  const other = { ...target.client2, redirectUri: target.redirectUri2, scopes: [] }
  const known = target.scopes ?? supportedBy(metadata)
  const allowed = async (party: Party): Promise<readonly string[]> =>
    target.scopes ?? (await filter(known, (scope) => isAllowed(authorizationEndpoint, party, scope)))
  const [scopes, otherScopes] = [await allowed(one), await allowed(other)]
  const own = scopes.filter((scope) => !SPECIAL_SCOPES.includes(scope))
  const spareScope = own.length > 1 ? own.at(-1) : undefined
  return {
    target,
    timing,
    issuer: target.issuer,
    metadata,
    authorizationEndpoint,
    tokenEndpoint: urlOf(metadata, 'token_endpoint'),
    confidential: { ...one, scopes: scopes.filter((scope) => scope !== spareScope) },
    publicClient: { ...other, scopes: otherScopes },
    spareScope,
    foreignScope: known.find((scope) => !scopes.includes(scope) && !otherScopes.includes(scope)) ?? 'conformance-no-such-scope',
  }
}

async function readMetadata(url: string): Promise<Metadata> {
  const answer = await send(url).catch((error: unknown) => {
    throw new Unreachable(error instanceof Error ? error.message : String(error))
  })
  const metadata = parseJson(answer.text)
  if (answer.status !== 200 || !isRecord(metadata)) throw new Unreachable(`${url} answered ${answer.status}, not metadata`)
  return metadata
}

function urlOf(metadata: Metadata, name: string): string {
  const url = metadata[name]
  if (typeof url !== 'string' || !URL.canParse(url)) throw new Unreachable(`the metadata has no ${name}`)
  return url
}

function supportedBy({ scopes_supported: scopes }: Metadata): readonly string[] {
  return Array.isArray(scopes) ? scopes.filter((one) => typeof one === 'string').slice(0, MAX_SCOPES) : []
}

async function filter<T>(all: readonly T[], isRight: (one: T) => Promise<boolean>): Promise<T[]> {
  const right: T[] = []
  for (const one of all) if (await isRight(one)) right.push(one)
  return right
}

/** Whether the server goes on to the sign-in with it. */
async function isAllowed(authorizationEndpoint: string, party: Party, scope: string): Promise<boolean> {
  const { url, redirectUri } = ask({ authorizationEndpoint }, party, { scope })
  const browser = new Browser()
  const { location, status } = await browser.follow(await browser.send(url), redirectUri)
  return location === undefined && status === 200
}
