import { expect } from 'chai'
import { PassThrough } from 'node:stream'
import { parseForm, readBody, requireFormType } from '../../adapters/http/protocol/form.js'
import { ClientGone, RequestRefused } from '../../adapters/http/refusals.js'

const failure = (work: Promise<unknown>): Promise<unknown> =>
  work.then(
    () => undefined,
    (error: unknown) => error,
  )

describe('the form reader', () => {
  it('TOKEN-026: reads a body that comes byte by byte', async () => {
    const body = new PassThrough()
    const reading = readBody(body)
    for (const byte of Buffer.from('a=1&b=2')) {
      body.write(Buffer.from([byte]))
      await new Promise(setImmediate)
    }
    body.end()
    expect((await reading).toString()).to.equal('a=1&b=2')
  })

  it('TOKEN-026: gives up on a body that does not come', async () => {
    const error = await failure(readBody(new PassThrough(), 1))
    expect(error).to.be.instanceOf(RequestRefused).with.property('status', 408)
  })

  it('tells a client that went away from a request that is wrong', async () => {
    const body = new PassThrough()
    const reading = failure(readBody(body))
    body.write('grant_ty')
    body.destroy()
    expect(await reading).to.be.instanceOf(ClientGone)
  })

  it('reads a form of 16 KB and not one byte more', async () => {
    const read = (size: number) => {
      const body = new PassThrough()
      body.end('x'.repeat(size))
      return readBody(body)
    }
    expect(await read(16_384)).to.have.length(16_384)
    expect(await failure(read(16_385))).to.have.property('status', 413)
  })

  for (const parameters of [
    '',
    ';',
    ' ; ;',
    '; charset=utf-8',
    ';charset=UTF-8;',
    '; charset="utf-8"',
    '; charset="UTF-8" ;',
    '; charset=utf8',
  ])
    it(`TOKEN-005 RFC 9110 §5.6.6, §8.3: takes a form of the type "${parameters}"`, () => {
      for (const type of ['application/x-www-form-urlencoded', 'Application/X-WWW-Form-URLencoded'])
        requireFormType({ headers: { 'content-type': type + parameters } })
    })

  for (const parameters of [
    '; charset=utf-7',
    '; charset=iso-8859-1',
    '; charset=',
    '; charset="utf-8',
    '; charset=utf-88',
    '; boundary=x',
    ';=',
    '; x',
    'x',
    ', text/plain',
  ])
    it(`TOKEN-005 RFC 6749 appendix B: refuses a form of the type "${parameters}"`, () => {
      const headers = { 'content-type': `application/x-www-form-urlencoded${parameters}` }
      expect(() => requireFormType({ headers })).to.throw(RequestRefused)
    })

  it('decodes names and values, and keeps what follows the first =', () => {
    const { parameters } = parseForm(Buffer.from('n%61me=a+b%2Bc=d%C3%A9&&flag&empty=&é=ü'))
    expect([...parameters]).to.deep.equal([
      ['name', 'a b+c=dé'],
      ['é', 'ü'],
    ])
  })

  it('sees through another spelling of a name that is sent twice', () => {
    for (const body of ['scope=a&sc%6Fpe=b', 'scope=&scope=a', 'scope&scope=a'])
      expect(() => parseForm(Buffer.from(body)), body).to.throw(RequestRefused)
  })

  it('keeps every resource, in order, and no empty one', () => {
    expect(parseForm(Buffer.from('resource=b&resource=&resource=a&resource=b')).resources).to.deep.equal(['b', 'a', 'b'])
  })

  it('takes names that Object knows for names', () => {
    const { parameters } = parseForm(Buffer.from('__proto__=1&constructor=2&toString=3'))
    expect([...parameters.values()]).to.deep.equal(['1', '2', '3'])
  })
})
