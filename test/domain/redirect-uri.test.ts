import { expect } from 'chai'
import fc from 'fast-check'
import { matchesRedirectUri, redirectUriProblem } from '../../domain/redirect-uri.js'

const REGISTERED = [
  'https://rp.test/cb',
  'https://rp.test:8443/cb?tenant=1',
  'http://127.0.0.1/cb',
  'http://127.0.0.1:8080/cb?x=%7e',
  'http://[::1]/cb',
  'http://localhost',
  'http://localhost/',
  'com.example.app:/cb',
]

/** Compares by bytes; a port, and nothing else, is taken out first where both stand on one and the same loopback host. */
function sameBytesBesidePort(registered: string, asked: string): boolean {
  if (Buffer.from(registered).equals(Buffer.from(asked))) return true
  const host = ['http://127.0.0.1', 'http://[::1]', 'http://localhost'].find((one) => registered.startsWith(one) && asked.startsWith(one))
  if (host === undefined) return false
  const [known, other] = [registered, asked].map((uri) => withoutPort(uri.slice(host.length)))
  return known !== undefined && known === other
}

/** What stands behind the host, without a port that is written as a number from 1 to 65535 is; undefined when it is no path. */
function withoutPort(rest: string): string | undefined {
  const end = !rest.includes('/') ? rest.length : rest.indexOf('/')
  const [authority, path] = [rest.slice(0, end), rest.slice(end)]
  const port = Number(authority.slice(1))
  const isPort = authority === `:${port.toString()}` && port >= 1 && port <= 65_535 && Number.isInteger(port)
  return (authority === '' || isPort) && !path.includes('#') ? path : undefined
}

const PIECES = [
  ...['/', '//', '/.', '/..', '/../', '/./', '\\\\', '?', '#', '&', '=', '@', ':', ';'],
  ...['%2f', '%2e', '%00', '%0a', '%7E', '*', '+', ' ', '\t', '\n'],
  ...[':80', ':443', ':0', ':08', ':1', ':65535', ':65536', ':99999', ':51004', ':1e3', ':', 'user@', 'u:p@', 'evil.test', '.evil.test'],
  ...['http://', 'https://', 'HTTP', '127.0.0.1', '127.1', '[::1]', '[::]', 'localhost', '\u3002', '\u00e9', '\u200b', 'cb', 'CB', 'x'],
]

/** Near misses: a registered URI, cut, stretched, spliced, respelled or given a port. */
const neighbour = (registered: string): fc.Arbitrary<string> => {
  const place = fc.nat(registered.length)
  const piece = fc.oneof(fc.constantFrom(...PIECES), fc.string({ unit: 'binary', maxLength: 3 }))
  const port = fc.integer({ min: -1, max: 70_000 }).map(String)
  const host = /^\w[\w.]*:\/{0,2}[^/?:]*(?:\[::1\])?/.exec(registered)?.[0] ?? ''
  return fc.oneof(
    fc.tuple(place, piece).map(([at, put]) => registered.slice(0, at) + put + registered.slice(at)),
    fc.tuple(place, place, piece).map(([from, to, put]) => registered.slice(0, from) + put + registered.slice(to)),
    fc.tuple(place, fc.nat(7)).map(([at, bit]) => {
      const flipped = String.fromCharCode((registered.charCodeAt(at) || 0) ^ (1 << bit))
      return registered.slice(0, at) + flipped + registered.slice(at + 1)
    }),
    port.map((number) => `${host}:${number}${registered.slice(host.length).replace(/^:\d+/, '')}`),
    fc.tuple(port, piece).map(([number, put]) => `${host}:${number}${put}${registered.slice(host.length).replace(/^:\d+/, '')}`),
    fc.constantFrom(...REGISTERED, registered.toUpperCase(), encodeURI(registered), encodeURIComponent(registered), ''),
  )
}

describe('redirect URIs', () => {
  const web = 'https://rp.test/cb'
  const loopback = 'http://127.0.0.1/cb'

  it('REDIR-001 RFC 9700 §2.1: the same bytes match', () => {
    expect(matchesRedirectUri(web, web)).to.equal(true)
  })

  const strangers = [
    'http://rp.test/cb',
    'https://rp.test:8443/cb',
    'https://rp.test:443/cb',
    'https://rp.test/cb/',
    'https://rp.test/cb/x',
    'https://rp.test/cbx',
    'https://rp.test/c',
    'https://rp.test/',
    'https://rp.test/cb?x=1',
    'https://rp.test/cb#',
    'https://evil:pw@rp.test/cb',
    'HTTPS://RP.TEST/cb',
    'https://rp.test/x/../cb',
    ' https://rp.test/cb',
    'https://rp.test/cb ',
    'https:\\\\rp.test/cb',
    'https:rp.test/cb',
    'https://rp.test\u3002/cb',
  ]
  for (const uri of strangers) {
    it(`REDIR-006 REDIR-007 REDIR-008 REDIR-010 REDIR-020 RFC 9700 §4.1.3: ${JSON.stringify(uri)} does not match ${web}`, () => {
      expect(matchesRedirectUri(web, uri)).to.equal(false)
    })
  }

  for (const [registered, asked] of [
    [loopback, 'http://127.0.0.1:51004/cb'],
    ['http://[::1]/cb', 'http://[::1]:61023/cb'],
    ['http://localhost/cb', 'http://localhost:49152/cb'],
    ['http://localhost:8080/cb', 'http://localhost/cb'],
  ] as const) {
    it(`REDIR-024 REDIR-025 REDIR-028 RFC 8252 §7.3: ${asked} matches ${registered}`, () => {
      expect(matchesRedirectUri(registered, asked)).to.equal(true)
    })
  }

  const abuses = [
    'http://127.0.0.1:5000/other',
    'http://localhost:5000/cb',
    'http://[::1]:5000/cb',
    'http://127.0.0.2:5000/cb',
    'https://127.0.0.1:5000/cb',
    'http://127.1:5000/cb',
    'http://2130706433:5000/cb',
    'http://127.0.0.1:80@evil.test/cb',
    'http://127.0.0.1.evil.test:80/cb',
    'http://127.0.0.1:99999/cb',
    'http://127.0.0.1:/cb',
    'http://127.0.0.1:80#@evil.test/cb',
    'http://127.0.0.1:080/cb',
    'http://127.0.0.1:5000/cb?x=1',
  ]
  for (const uri of abuses) {
    it(`REDIR-027 REDIR-029 RFC 8252 §7.3: ${uri} does not match ${loopback}`, () => {
      expect(matchesRedirectUri(loopback, uri)).to.equal(false)
    })
  }

  for (const uri of [
    web,
    loopback,
    'http://localhost:3000/demo/callback',
    'http://[::1]/cb',
    'com.example.app:/cb',
    'https://rp.test/cb?tenant=1',
    'https://rp.test/cb?Code=1&codes=1&x=code&y=%26state=1',
    'https://rp.test/code/state?',
  ]) {
    it(`${uri} may be registered`, () => {
      expect(redirectUriProblem(uri)).to.equal(undefined)
    })
  }

  for (const uri of [
    'https://*.rp.test/cb',
    'https://rp.test/*',
    '.*',
    'http://rp.test/cb',
    'https://rp.test/cb#x',
    'https://u:p@rp.test/cb',
    'myapp:/cb',
    'javascript:alert(1)',
    'data:text/html,x',
    'https://',
    '/cb',
    'https://rp.test/a b',
    'https://rp.test/\u00e9',
  ]) {
    it(`REDIR-021 REDIR-031 RFC 9700 §4.1.3: ${JSON.stringify(uri)} is refused with the reason`, () => {
      expect(redirectUriProblem(uri)).to.be.a('string')
    })
  }

  for (const name of ['code', 'state', 'iss', 'error', 'error_description', 'error_uri'])
    for (const base of ['https://rp.test/cb', 'http://127.0.0.1:8080/cb', 'com.example.app:/cb', 'com.example.app:cb'])
      it(`RESP-001 RFC 6749 §3.1, RFC 9207 §2: ${base} is refused with ${name} in its query, however it is spelled`, () => {
        const encoded = `%${name.charCodeAt(0).toString(16)}${name.slice(1)}`
        for (const query of [`${name}=1`, name, `${name}=`, `tenant=1&${name}=1`, `${encoded}=1`, `&&${encoded}`])
          expect(redirectUriProblem(`${base}?${query}`), query).to.equal(`has the parameter ${name} in its query, which the answer adds`)
      })

  it('REDIR-007 RFC 9700 §2.1: agrees with a comparison of bytes on 100,000 neighbours of registered URIs', function () {
    this.timeout(60_000)
    const pairs = fc.constantFrom(...REGISTERED).chain((registered) => fc.tuple(fc.constant(registered), neighbour(registered)))
    let matches = 0
    fc.assert(
      fc.property(pairs, ([registered, asked]) => {
        const isSame = sameBytesBesidePort(registered, asked)
        if (isSame) matches++
        return matchesRedirectUri(registered, asked) === isSame
      }),
      { numRuns: 100_000 },
    )
    expect(matches, 'both outcomes are tried').to.be.within(1_000, 90_000)
  })
})
