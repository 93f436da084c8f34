import { expect } from 'chai'
import { lossyProxy } from './support/lossy-proxy.js'
import { startFaultProxy } from './support/fault-proxy.js'
import { unproxied, withDatabase } from './support/mongo-uri.js'

describe('the connection strings of the tests', () => {
  const CHANGED = {
    'mongodb://h': 'mongodb://h/db',
    'mongodb://h:1/': 'mongodb://h:1/db',
    'mongodb://h:1/other?a=b': 'mongodb://h:1/db?a=b',
    'mongodb://[::1]:1?a=b': 'mongodb://[::1]:1/db?a=b',
    'mongodb://h:1,h:2/?replicaSet=x': 'mongodb://h:1,h:2/db?replicaSet=x',
    'mongodb://h:1,h:2?replicaSet=x': 'mongodb://h:1,h:2/db?replicaSet=x',
    'mongodb+srv://cluster.example/?w=1': 'mongodb+srv://cluster.example/db?w=1',
    'mongodb://u:p%40%2F@h/': 'mongodb://u:p%40%2F@h/db?authSource=admin',
    'mongodb://u:p@h,i/own?a=b': 'mongodb://u:p@h,i/db?a=b&authSource=own',
    'mongodb://u:p@h/own?authSource=c': 'mongodb://u:p@h/db?authSource=c',
  }
  for (const [given, changed] of Object.entries(CHANGED))
    it(`another database in ${given}`, () => expect(withDatabase(given, 'db')).to.equal(changed))

  it('what is none is refused', () => {
    for (const wrong of ['', 'h:1', 'http://h/', 'mongodb://', 'mongodb:///db'])
      expect(() => withDatabase(wrong, 'db'), wrong).to.throw(TypeError, /connection string/)
  })

  it('a proxy says before what it cannot stand', async () => {
    for (const proxied of [startFaultProxy('mongodb+srv://h/'), lossyProxy('mongodb://h:1,h:2/')])
      expect(await proxied.then(() => undefined, String)).to.match(/^TypeError: .*cannot stand before/)
  })

  it('a proxy stands before hosts that are named and speak without TLS, one of them or several', () => {
    for (const proxied of ['mongodb://h', 'mongodb://u:p@h:1/db?tls=false&replicaSet=x'])
      expect(unproxied(proxied, 'one host')).to.equal(undefined)
    expect(unproxied('mongodb://h:1,h:2/', 'several hosts')).to.equal(undefined)
    expect(unproxied('mongodb://h:1,h:2/', 'one host')).to.include('several hosts')
    expect(unproxied('mongodb+srv://h/', 'several hosts')).to.include('mongodb+srv')
    for (const option of ['tls=true', 'a=b&ssl=true']) expect(unproxied(`mongodb://h/?${option}`, 'several hosts')).to.include('TLS')
  })
})
