import { expect } from 'chai'
import { matchesRedirectUri, redirectUriProblem } from '../../domain/redirect-uri.js'

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
})
