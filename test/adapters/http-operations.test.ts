import { expect } from 'chai'
import supertest from 'supertest'
import { createOperations } from '../../adapters/http/operations.js'
import { SystemSecrets } from '../../adapters/system/secrets.js'

const SECRETS = new SystemSecrets([Buffer.alloc(32, 7)])
const serve = (ready: () => Promise<void>, isStopping = false) =>
  supertest(createOperations({ ready }, () => isStopping, SECRETS).callback())
const fine = async () => undefined

describe('the operations listener', () => {
  it('is alive, whatever the store does', async () => {
    const response = await serve(() => Promise.reject(new Error('down')), true).get('/livez')
    expect([response.status, response.body]).to.deep.equal([200, { status: 'alive' }])
  })

  it('is ready when the store is', async () => {
    const response = await serve(fine).get('/readyz')
    expect([response.status, response.body]).to.deep.equal([200, { status: 'ready' }])
    expect((await serve(fine).head('/readyz')).status).to.equal(200)
  })

  it('is not ready when the store is not, without saying more', async () => {
    const response = await serve(() => Promise.reject(new Error('a detail'))).get('/readyz')
    expect([response.status, response.body]).to.deep.equal([503, { status: 'not ready' }])
  })

  it('is not ready when the store does not answer', async () => {
    const response = await serve(() => new Promise(() => undefined)).get('/readyz')
    expect(response.status).to.equal(503)
  })

  it('is not ready while it stops', async () => {
    const response = await serve(fine, true).get('/readyz')
    expect([response.status, response.body]).to.deep.equal([503, { status: 'stopping' }])
  })

  it('has nothing else', async () => {
    for (const path of ['/', '/token', '/constructor', '/livez/']) expect((await serve(fine).get(path)).status, path).to.equal(404)
    const response = await serve(fine).post('/livez')
    expect(response.status).to.equal(405)
    expect(response.headers).to.include({ allow: 'GET, HEAD' })
  })
})
