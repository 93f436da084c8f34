import { expect } from 'chai'
import { SystemSecrets } from '../../adapters/system/secrets.js'
import { later, NOW } from '../domain/administrator-fixture.js'
import { aKey, aUser } from '../support/builders.js'
import { aCommandLine, aCommandLineWithThings } from './cli-fixture.js'

const ISO = NOW.toISOString()
const KID = /^[\w-]{43}$/

describe('portcullis key', () => {
  it('list is empty until a server or a rotation makes the first key', async () => {
    const { json, run } = aCommandLine()
    expect(await json('key', 'list')).to.deep.equal({ keys: [] })
    expect(await run(['key', 'list'])).to.deep.equal({
      status: 0,
      out: 'There are no keys yet; the server makes the first one.\n',
      err: '',
    })
  })

  it('rotate publishes a key at once, which signs two seconds later, or after what --after says', async () => {
    const { json } = aCommandLine()
    const first = await json('key', 'rotate')
    expect(first['id']).to.match(KID)
    expect(first).to.deep.equal({ id: first['id'], signs_from: later(2_000).toISOString() })
    const second = await json('key', 'rotate', '--after', '1h')
    expect(second).to.deep.equal({ id: second['id'], signs_from: later(3_600_000).toISOString() })
    const { keys } = await json('key', 'list')
    expect((keys as object[]).map((key) => Object.keys(key))).to.deep.equal(
      Array.from({ length: 2 }, () => ['id', 'state', 'created_at', 'signs_from']),
    )
    expect((keys as object[])[1]).to.include({ id: second['id'], created_at: ISO, signs_from: second['signs_from'] })
  })

  it('list tells the state of each in words', async () => {
    const { json, run } = aCommandLine()
    const [first, second] = [await json('key', 'rotate'), await json('key', 'rotate', '--after', '30d')]
    const { out } = await run(['key', 'list'])
    expect(out).to.match(/^ID +STATE +CREATED AT +SIGNS FROM\n/)
    expect(out.split('\n').filter((line) => line !== '')).to.have.lengthOf(3)
    for (const { id } of [first, second]) expect(out).to.include(String(id))
  })

  it('retire withdraws one, and refuses the last one and one that is unknown', async () => {
    const { json, run } = aCommandLine()
    const [first, second] = [await json('key', 'rotate'), await json('key', 'rotate')]
    expect(await json('key', 'retire', String(first['id']))).to.deep.equal({ id: first['id'], retired: true })
    const { keys } = await json('key', 'list')
    expect((keys as { id: string; state: string }[]).map(({ id, state }) => [id, state])).to.deep.equal([[second['id'], 'active']])
    const last = `error: key "${String(second['id'])}" is the last one: rotate first\n`
    expect(await run(['key', 'retire', String(second['id']), '--yes'])).to.deep.equal({ status: 1, out: '', err: last })
    for (const id of [String(first['id']), 'another'])
      expect(await run(['key', 'retire', id])).to.deep.equal({ status: 1, out: '', err: `error: there is no published key "${id}"\n` })
  })

  it('retire asks a person first, rotate does not', async () => {
    const { json, run } = aCommandLine()
    const [first] = [await json('key', 'rotate'), await json('key', 'rotate')]
    const id = String(first['id'])
    expect(await run(['key', 'retire', id], { typed: 'no\n' })).to.deep.include({ status: 1, out: '' })
    expect((await json('key', 'list'))['keys']).to.have.lengthOf(2)
    const { status, out, err } = await run(['key', 'retire', id], { typed: 'yes\n' })
    expect({ status, out }).to.deep.equal({ status: 0, out: 'Retired.\n' })
    expect(err).to.include('every token that it signed is refused')
    expect(await run(['key', 'rotate'], { typed: '' })).to.include({ status: 0, err: '' })
  })

  it('JWKS-005: rotate with other SECRETS than the servers is 78 and makes nothing', async () => {
    const { json, run, storage } = aCommandLine()
    const sealedPrivateKey = new SystemSecrets([Buffer.alloc(32, 9)]).seal('signing-key', Buffer.from('of the servers'))
    const { kid } = aKey({ sealedPrivateKey })
    await storage.keys.add(aKey({ kid, sealedPrivateKey, retiredAt: undefined }))
    const { status, out, err } = await run(['key', 'rotate', '--json'])
    expect({ status, out }).to.deep.equal({ status: 78, out: '' })
    expect(err)
      .to.match(/^error: PORTCULLIS_SECRETS: [^\n]+\n$/)
      .and.include(kid)
    expect(err).to.not.include(Buffer.alloc(32, 7).toString('base64url'))
    expect((await json('key', 'list'))['keys']).to.have.lengthOf(1)
    expect(await run(['key', 'rotate', '--secrets-lost'])).to.include({ status: 0 })
    expect((await json('key', 'list'))['keys']).to.have.lengthOf(2)
  })

  for (const after of ['1s', '0s', '366d', '999999999d', '2', '2 s', '-2s', '1.5h', '2S', ''])
    it(`rotate refuses --after ${JSON.stringify(after)}, before the store is opened`, async () => {
      const { run, log } = aCommandLine()
      const { status, out, err } = await run(['key', 'rotate', `--after=${after}`])
      expect({ status, out, log }).to.deep.equal({ status: 2, out: '', log: [] })
      expect(err).to.include('--after')
    })
})

describe('portcullis secrets reseal', () => {
  it('counts what it sealed anew', async () => {
    const { json, run, storage } = aCommandLine()
    await json('key', 'rotate')
    expect(await json('secrets', 'reseal')).to.deep.equal({ resealed: { keys: 0, second_factors: 0 } })
    expect(await run(['secrets', 'reseal'])).to.deep.equal({ status: 0, out: 'keys            0\nsecond factors  0\n', err: '' })
    const sealedSecret = new SystemSecrets([Buffer.alloc(32, 9)]).seal('totp', Buffer.from('lost'))
    const secondFactor = { sealedSecret, enrolledAt: NOW, lastStep: 1, recoveryCodes: [] }
    await storage.users.add(aUser({ username: 'eve', secondFactor }))
    const lost = 'error: sealed under a secret that is not in SECRETS: the second factor of "eve"; all else was resealed\n'
    expect(await run(['secrets', 'reseal', '--json'])).to.deep.equal({ status: 1, out: '', err: lost })
  })
})

describe('portcullis client rotate-secret --keep-old', () => {
  it('tells until when the old one is good', async () => {
    const { json } = await aCommandLineWithThings()
    const rotated = await json('client', 'rotate-secret', 'app', '--keep-old', '7d')
    expect(Object.keys(rotated)).to.deep.equal(['client_id', 'client_secret', 'old_secret_until'])
    expect(rotated).to.include({ client_id: 'app', old_secret_until: later(7 * 86_400_000).toISOString() })
    expect(await json('client', 'rotate-secret', 'app', '--keep-old', '0s')).to.have.keys('client_id', 'client_secret')
  })

  it('tells no digest of any secret afterwards', async () => {
    const { json, storage } = await aCommandLineWithThings()
    await json('client', 'rotate-secret', 'app', '--keep-old', '7d')
    const [client] = await storage.clients.list()
    const told = JSON.stringify([await json('client', 'show', 'app'), await json('client', 'list')])
    for (const hash of [...(client?.secretHashes ?? []), client?.previousSecret?.hash]) expect(told).to.not.include(hash)
  })

  for (const keepOld of ['7', 'week', '366d'])
    it(`refuses ${keepOld}, before the store is opened`, async () => {
      const { run, log } = aCommandLine()
      expect(await run(['client', 'rotate-secret', 'app', '--keep-old', keepOld])).to.deep.include({ status: 2, out: '' })
      expect(log).to.deep.equal([])
    })
})
