import { expect } from 'chai'
import { SystemSecrets } from '../../adapters/system/secrets.js'
import { aKey, aUser, NOW } from '../support/builders.js'
import { slow } from '../support/slow.js'
import { refused, SOURCE } from './administrator-fixture.js'
import { aKeyRoom, FRESH, OLD } from './keys-fixture.js'

describe('KeyAdministration: sealing anew', () => {
  const factorOf = (seal: SystemSecrets, plain: string) => ({
    sealedSecret: seal.seal('totp', Buffer.from(plain)),
    enrolledAt: NOW,
    lastStep: 9,
    recoveryCodes: ['a'],
  })

  /** Two keys and three people, one without a second factor, all under the old secret; sealed anew under both. */
  async function aTreasury(secrets = [FRESH, OLD]) {
    const first = aKeyRoom()
    await first.ring.signingKey()
    await first.keeping.rotateKey(2_000, SOURCE)
    const old = new SystemSecrets([OLD])
    for (const [username, secondFactor] of [
      ['ada', factorOf(old, 'of ada')],
      ['bob', undefined],
      ['eve', factorOf(old, 'of eve')],
    ] as const)
      await first.storage.users.add(aUser({ username, secondFactor }))
    return { ...aKeyRoom({ storage: first.storage, secrets }), before: await first.storage.keys.list() }
  }

  it('counts what it sealed, and finds nothing to do the second time', async () => {
    const { keeping, storage } = await aTreasury()
    expect(await keeping.resealSecrets(SOURCE)).to.deep.equal({ keys: 2, secondFactors: 2 })
    expect(await keeping.resealSecrets(SOURCE)).to.deep.equal({ keys: 0, secondFactors: 0 })
    const fresh = new SystemSecrets([FRESH])
    const ada = await storage.users.findByUsername('ada')
    expect(ada?.secondFactor).to.deep.include({ enrolledAt: NOW, lastStep: 9, recoveryCodes: ['a'] })
    expect(Buffer.from(fresh.unseal('totp', ada?.secondFactor?.sealedSecret ?? '') ?? []).toString()).to.equal('of ada')
  })

  it('keeps the keys themselves: what was signed before verifies with the new secret alone', async () => {
    const { keeping, storage, before } = await aTreasury()
    await keeping.resealSecrets(SOURCE)
    const after = await storage.keys.list()
    const [old, fresh] = [new SystemSecrets([OLD]), new SystemSecrets([FRESH])]
    for (const [index, key] of after.entries()) {
      expect({ ...key, sealedPrivateKey: '' }).to.deep.equal({ ...before[index], sealedPrivateKey: '' })
      const plain = fresh.unseal('signing-key', key.sealedPrivateKey)
      expect(plain)
        .to.deep.equal(old.unseal('signing-key', before[index]?.sealedPrivateKey ?? ''))
        .and.not.equal(undefined)
    }
  })

  it('counts each once, however many run at the same moment', async () => {
    const { storage } = await aTreasury()
    const { aProcess } = aKeyRoom({ storage: slow(storage), secrets: [FRESH, OLD] })
    const counts = await Promise.all(Array.from({ length: 10 }, () => aProcess().keeping.resealSecrets(SOURCE)))
    expect(counts.reduce((sum, { keys }) => sum + keys, 0)).to.equal(2)
    expect(counts.reduce((sum, { secondFactors }) => sum + secondFactors, 0)).to.equal(2)
  })

  it('does not undo that somebody set up another second factor meanwhile', async () => {
    const { storage, aProcess } = await aTreasury()
    const ada = (await storage.users.findByUsername('ada'))!
    const another = factorOf(new SystemSecrets([OLD]), 'another')
    const { users } = storage
    const list = users.list.bind(users)
    users.list = async () => {
      const all = await list()
      await users.change(ada.id, { secondFactor: another })
      return all
    }
    expect(await aProcess().keeping.resealSecrets(SOURCE)).to.deep.equal({ keys: 2, secondFactors: 1 })
    expect((await users.find(ada.id))?.secondFactor).to.deep.equal(another)
  })

  it('names what no secret opens, and seals all else anew', async () => {
    const { keeping, storage } = await aTreasury()
    const foreign = new SystemSecrets([Buffer.alloc(32, 3)])
    await storage.users.add(aUser({ username: 'mallory', secondFactor: factorOf(foreign, 'lost') }))
    expect(await refused(keeping.resealSecrets(SOURCE))).to.equal(
      'sealed under a secret that is not in SECRETS: the second factor of "mallory"; all else was resealed',
    )
    const fresh = new SystemSecrets([FRESH])
    for (const { sealedPrivateKey } of await storage.keys.list()) expect(fresh.isCurrent('signing-key', sealedPrivateKey)).to.equal(true)
  })

  it('does not mind a key that is worth nothing any more', async () => {
    const { keeping, storage } = await aTreasury()
    await storage.keys.add(aKey({ ordinal: 3, retiredAt: NOW }))
    expect(await keeping.resealSecrets(SOURCE)).to.deep.equal({ keys: 2, secondFactors: 2 })
  })
})
