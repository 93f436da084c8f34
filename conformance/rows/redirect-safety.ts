import { added, mustBePage } from '../answers.js'
import { ask, type Party } from '../ask.js'
import { land } from '../journey.js'
import type { Row } from '../row.js'
import { must, Skipped } from '../verdict.js'
import type { World } from '../world.js'

const parties = (world: World): readonly Party[] => [world.publicClient, world.confidential]

function withRedirectAt(world: World, start: string): Party {
  const party = parties(world).find(({ redirectUri }) => redirectUri.startsWith(start) && URL.canParse(redirectUri))
  if (party === undefined) throw new Skipped(`no client has a redirect URI at ${start}`)
  return party
}

/** Another place than the registered one, on the same path. */
const moved = ({ redirectUri }: Party, start: string): string => redirectUri.replace(/^[a-z]+:\/\/[^/?]+/i, start)

/** None of them is registered: each is an error page. */
async function mustAllBeRefused(world: World, party: Party, uris: readonly string[]): Promise<void> {
  for (const uri of uris) mustBePage(await land(world, ask(world, party, { redirect_uri: uri })), [400], [`"${uri}`])
}

async function mustLandAt(world: World, party: Party, uri: string): Promise<void> {
  const asked = ask(world, party, { redirect_uri: uri })
  must(added(await land(world, asked), asked).has('code'), `there is no code for ${uri}`)
}

const lookalike = (uri: string): string => uri.replace(/^(https?:\/\/)(.)/, '$1\u0433')

export const redirectSafetyRows: readonly Row[] = [
  {
    id: 'REDIR-001',
    clause: 'RFC9700 §2.1, §4.1.3',
    severity: 'Critical',
    title: 'the registered URI is accepted',
    check: async (world) => {
      for (const party of parties(world)) await mustLandAt(world, party, party.redirectUri)
    },
  },
  {
    id: 'REDIR-006',
    clause: 'RFC9700 §2.6, §4.1.3',
    severity: 'Critical',
    title: 'http instead of https is refused',
    check: async (world) => {
      const party = withRedirectAt(world, 'https://')
      await mustAllBeRefused(world, party, [party.redirectUri.replace('https:', 'http:')])
    },
  },
  {
    id: 'REDIR-007',
    clause: 'RFC9700 §4.1.3; RFC3986 §6.2.1',
    severity: 'High',
    title: 'another port is refused, the default one too when it was not registered',
    check: async (world) => {
      const party = withRedirectAt(world, 'https://')
      const { hostname, port } = new URL(party.redirectUri)
      const ports = ['8443', '443'].filter((one) => one !== port)
      await mustAllBeRefused(
        world,
        party,
        ports.map((one) => moved(party, `https://${hostname}:${one}`)),
      )
    },
  },
  {
    id: 'REDIR-008',
    clause: 'RFC9700 §4.1.3; OAuch RedirectUriPathMatched',
    severity: 'Critical',
    title: 'another path is refused, however near',
    check: async (world) => {
      const party = world.confidential
      const { redirectUri } = party
      const near = [`${redirectUri}/`, `${redirectUri}/x`, `${redirectUri}x`, redirectUri.slice(0, -1), new URL('/', redirectUri).href]
      await mustAllBeRefused(
        world,
        party,
        near.filter((uri) => uri !== redirectUri),
      )
    },
  },
  {
    id: 'REDIR-010',
    clause: 'RFC9700 §4.1.3; OAuch RedirectUriFullyMatched; OIDF oidcc-redirect-uri-query-added',
    severity: 'High',
    title: 'an added query is refused',
    check: async (world) => {
      const party = world.confidential
      await mustAllBeRefused(world, party, [`${party.redirectUri}${party.redirectUri.includes('?') ? '&' : '?'}x=1`])
    },
  },
  {
    id: 'REDIR-020',
    clause: 'OAuth2.1-16 §7.12',
    severity: 'High',
    title: 'white space, NUL and lookalikes are refused',
    check: async (world) => {
      const party = world.confidential
      const uri = encodeURIComponent(party.redirectUri)
      const host = encodeURIComponent(new URL(party.redirectUri).host)
      const encoded = ['%20', '%09', '%0a', '%00'].flatMap((one) => [one + uri, uri + one])
      const lookalikes = [uri.replace(host, `${host}%E3%80%82`), encodeURIComponent(lookalike(party.redirectUri))]
      for (const one of [...encoded, ...lookalikes]) {
        const answer = await land(world, ask(world, party, { redirect_uri: undefined }, `&redirect_uri=${one}`))
        mustBePage(answer)
        must(
          answer.setCookies.every((line) => !line.includes('rp.test')),
          `${one} is set as a cookie`,
        )
      }
    },
  },
  {
    id: 'REDIR-024',
    clause: 'RFC8252 §7.3; RFC9700 §4.1.3; OAuth2.1-16 §8.4.2',
    severity: 'High',
    title: 'a loopback URI with 127.0.0.1 may have any port',
    check: async (world) => {
      const party = withRedirectAt(world, 'http://127.0.0.1')
      await mustLandAt(world, party, moved(party, 'http://127.0.0.1:51004'))
    },
  },
  {
    id: 'REDIR-025',
    clause: 'RFC8252 §7.3',
    severity: 'Medium',
    title: 'a loopback URI with [::1] may have any port',
    check: async (world) => {
      const party = withRedirectAt(world, 'http://[::1]')
      await mustLandAt(world, party, moved(party, 'http://[::1]:61023'))
    },
  },
  {
    id: 'REDIR-027',
    clause: 'RFC8252 §7.3',
    severity: 'High',
    title: 'in a loopback URI nothing but the port may differ',
    check: async (world) => {
      const party = withRedirectAt(world, 'http://127.0.0.1')
      const hosts = ['http://localhost', 'http://[::1]', 'http://127.0.0.2', 'https://127.0.0.1', 'http://127.1', 'http://2130706433']
      const other = 'http://127.0.0.1:5000/conformance-other'
      await mustAllBeRefused(world, party, [other, ...hosts.map((host) => moved(party, `${host}:5000`))])
    },
  },
  {
    id: 'REDIR-028',
    clause: 'OAuth2.1-16 §4.1.1, §2.3.1; MCP 2025-11-25 Communication Security',
    severity: 'High',
    title: 'a loopback URI with localhost may have any port',
    check: async (world) => {
      const party = withRedirectAt(world, 'http://localhost')
      await mustLandAt(world, party, moved(party, 'http://localhost:49152'))
    },
  },
  {
    id: 'REDIR-029',
    clause: 'RFC9700 §4.1.3',
    severity: 'Critical',
    title: 'what only looks like a loopback URI is refused',
    check: async (world) => {
      const party = parties(world).find(({ redirectUri }) => /^http:\/\/(127\.0\.0\.1|localhost)[/:]/.test(redirectUri))
      if (party === undefined) throw new Skipped('no client has a loopback redirect URI')
      const tricks = ['127.0.0.1:80@evil.test', '127.0.0.1.evil.test:80', 'localhost:pw@evil.test', '127.0.0.1:99999', '127.0.0.1:']
      await mustAllBeRefused(
        world,
        party,
        [...tricks, '127.0.0.1:80#@evil.test', '127.0.0.1:80%23@evil.test'].map((one) => moved(party, `http://${one}`)),
      )
    },
  },
]
