import { expect } from 'chai'
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { deploy } from '../support/process.js'
import { PASSWORD, SECRET } from '../support/server.js'
import { askToken, freshCode, redeem, refresh, Visitor } from '../support/visitor.js'

/** Every form in which a secret could lie in a file: as it is, its bytes, and both in base64 and hex. */
function forms(secret: string): Buffer[] {
  const text = Buffer.from(secret)
  const body = secret.replace(/^pc_(ac|rt|cs)_/, '')
  const decoded = Buffer.from(body, 'base64url')
  const bytes = decoded.length >= 16 && decoded.toString('base64url') === body ? [decoded] : []
  return [text, Buffer.from(body), ...bytes].flatMap((form) => [
    form,
    Buffer.from(form.toString('base64').replaceAll('=', '')),
    Buffer.from(form.toString('base64url')),
    Buffer.from(form.toString('hex')),
    Buffer.from(form.toString('hex').toUpperCase()),
  ])
}

describe('what a thief of the store or the log gets', function () {
  this.timeout(60_000)

  it('CODE-017 ERR-004 RFC 9700 §4.14: neither file nor log holds a code, token, secret, session, password or private key', async () => {
    const deployment = await deploy(1, { LOG_LEVEL: 'debug' })
    const { client, folder, servers } = deployment
    const [server] = servers
    try {
      const issuer = server?.issuer ?? ''
      const secrets = [PASSWORD, client.secret ?? '', SECRET]
      for (let run = 0; run < 5; run++) {
        const visitor = new Visitor()
        const code = await freshCode(issuer, client, { visitor })
        const first = await redeem(issuer, client, code)
        const second = await refresh(issuer, client, first.body['refresh_token'])
        const machine = await askToken(issuer, client, { grant_type: 'client_credentials' })
        await refresh(issuer, { ...client, secret: 'wrong secret of a client' }, second.body['refresh_token'])
        const swapped = { client: { ...client.client, id: client.secret as never }, secret: client.client.id }
        await askToken(issuer, swapped, { grant_type: 'client_credentials' })
        secrets.push(code.code, code.verifier, ...visitor.cookies.values(), 'wrong secret of a client')
        for (const { body } of [first, second, machine]) {
          for (const name of ['access_token', 'refresh_token']) if (typeof body[name] === 'string') secrets.push(body[name])
        }
      }
      const files = (await readdir(folder)).filter((name) => name.startsWith('portcullis.db'))
      expect(files).to.include('portcullis.db-wal')
      const dump = Buffer.concat([
        ...(await Promise.all(files.map((name) => readFile(join(folder, name))))),
        Buffer.from(server?.output ?? ''),
      ])
      expect(server?.output).to.include('"event":"token"')
      const found = secrets.filter((secret) => forms(secret).some((form) => dump.includes(form)))
      expect(found).to.deep.equal([])
      expect(dump.includes('BEGIN PRIVATE KEY') || dump.includes('"d":"')).to.equal(false)
      expect(dump.includes(Buffer.from('3041020100301306072a8648ce3d0201', 'hex')), 'a PKCS #8 EC key').to.equal(false)
    } finally {
      await deployment.stop()
    }
  })
})
