import { expect } from 'chai'
import { aGrant, aSession, NOW } from '../domain/administrator-fixture.js'
import { aCommandLineWithThings } from './cli-fixture.js'

const ISO = NOW.toISOString()

describe('portcullis for people', () => {
  it('prints tables and sheets', async () => {
    const { run, ada } = await aCommandLineWithThings()
    expect((await run(['user', 'list'])).out.split('\n')[1]).to.match(new RegExp(`^${ada.id}  ada +Ada +ada@lovelace.test +${ISO} +-$`))
    expect((await run(['client', 'show', 'app'])).out).to.match(/^redirect uris +https:\/\/app.test\/cb https:\/\/app.test\/2$/m)
    expect((await run(['resource', 'list'])).out).to.equal('There are no resources.\n')
    expect((await run(['client', 'create', '--name', 'A'])).out)
      .to.match(/^client secret +pc_cs_/m)
      .and.include('this once')
  })

  it('never shows a hash', async () => {
    const { run, storage } = await aCommandLineWithThings()
    const [client] = await storage.clients.list()
    const [user] = await storage.users.list()
    for (const args of [
      ['client', 'list'],
      ['client', 'show', 'app'],
      ['user', 'list'],
      ['user', 'show', 'ada'],
      ['user', 'set-password', 'ada', '--password', 'correct horse'],
    ])
      for (const more of [[], ['--json']]) {
        const { out } = await run([...args, ...more])
        for (const hash of [client!.secretHashes[0]!, user!.passwordHash]) expect(out).to.have.length.above(10).and.not.include(hash)
      }
  })

  it('shows hostile text of the store and of the command line as text', async () => {
    const { run, json, storage, ada } = await aCommandLineWithThings()
    const name = 'a\u001b[2J\u009b\u202eb\n\u200bc'
    await storage.users.change(ada.id as never, { name })
    for (const { out, err } of [
      await run(['user', 'list']),
      await run(['user', 'show', 'ada']),
      await run(['user', 'show', 'ada', '--json']),
      await run(['user', 'show', name]),
      await run(['user', 'frobnicate\u001b[2J']),
      await run(['user', 'list', '--\u001b[2J\u202e']),
      await run(['user', 'delete', name], { typed: 'no\n' }),
    ])
      expect(`${out}${err}`.replaceAll('\n', '')).to.match(/^[^\p{Cc}\p{Cf}]+$/u)
    expect(await json('user', 'show', 'ada')).to.include({ name })
  })

  const destructive = [
    ['client', 'delete', 'app'],
    ['client', 'rotate-secret', 'app'],
    ['client', 'disable', 'app'],
    ['user', 'disable', 'ada'],
    ['user', 'delete', 'ada'],
    ['user', 'reset-otp', 'ada'],
    ['scope', 'delete', 'read'],
    ['resource', 'delete', 'https://api.test/'],
    ['grant', 'revoke', aGrant('grant', '', '').id],
    ['grant', 'revoke-all', '--user', 'ada'],
    ['session', 'end', aSession('session', '').id],
    ['session', 'end-all', '--user', 'ada'],
  ]
  for (const args of destructive)
    it(`${args.slice(0, 2).join(' ')} asks at a terminal, and nowhere else`, async () => {
      const prepared = async () => {
        const line = await aCommandLineWithThings()
        await line.json('resource', 'create', 'https://api.test/', '--name', 'API')
        line.log.length = 0
        return line
      }
      const line = await prepared()
      for (const typed of ['no\n', '\n', '']) expect((await line.run(args, { typed })).status).to.equal(1)
      expect(line.log).to.deep.equal([])
      expect(await line.run(args, { typed: 'yes\n' })).to.include({ status: 0 })
      for (const [more, circumstances] of [
        [['--yes'], { typed: '' }],
        [['--json'], { typed: '' }],
        [[], {}],
      ] as const)
        expect(await (await prepared()).run([...args, ...more], circumstances)).to.include({ status: 0, err: '' })
    })
})
