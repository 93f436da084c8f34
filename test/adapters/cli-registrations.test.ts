import { expect } from 'chai'
import { NOW } from '../domain/administrator-fixture.js'
import { aCommandLine, aCommandLineWithThings, APP, GRANTS } from './cli-fixture.js'

const ISO = NOW.toISOString()

describe('portcullis client', () => {
  it('create --json prints six keys, the secret among them', async () => {
    const { app } = await aCommandLineWithThings()
    expect(Object.keys(app)).to.deep.equal(['client_id', 'client_secret', 'name', 'redirect_uris', 'grants', 'scopes'])
    expect(app).to.deep.include({ client_id: 'app', name: 'App', redirect_uris: ['https://app.test/cb', 'https://app.test/2'] })
    expect(app).to.deep.include({ grants: ['authorization_code', 'refresh_token'], scopes: ['read'] })
    expect(app['client_secret']).to.match(/^pc_cs_[\w-]{43}$/)
  })

  it('create --public prints no secret', async () => {
    const { json } = aCommandLine()
    const made = await json(
      'client',
      'create',
      '--public',
      '--name',
      'A',
      '--grant',
      'authorization_code',
      '--redirect-uri',
      'com.example.app:/cb',
    )
    expect(made).not.to.have.property('client_secret')
  })

  it('create takes every trait, list, show, update, disable and enable tell them', async () => {
    const { json } = await aCommandLineWithThings()
    const more = [
      '--default-scope',
      'read',
      '--resource',
      'https://api.test/',
      '--resource-server',
      'https://own.test/',
      '--first-party',
      '--require-otp',
    ]
    await json(...APP, ...GRANTS, ...more, '--auth-method', 'client_secret_post', '--id', 'full')
    const full = {
      id: 'full',
      name: 'App',
      auth_method: 'client_secret_post',
      redirect_uris: ['https://app.test/cb', 'https://app.test/2'],
      grants: ['authorization_code', 'refresh_token'],
      scopes: ['read'],
      default_scopes: ['read'],
      resources: ['https://api.test/'],
      resource_servers: ['https://own.test/'],
      first_party: true,
      require_otp: true,
      created_at: ISO,
    }
    expect(await json('client', 'show', 'full')).to.deep.equal(full)
    expect(((await json('client', 'list'))['clients'] as object[])[1]).to.deep.equal(full)
    expect(await json('client', 'disable', 'full')).to.deep.equal({ ...full, disabled_at: ISO })
    expect(await json('client', 'enable', 'full')).to.deep.equal(full)
    const changed = await json('client', 'update', 'full', '--redirect-uri', 'https://new.test/cb', '--resource', '', '--no-first-party')
    expect(changed).to.deep.equal({ ...full, redirect_uris: ['https://new.test/cb'], resources: [], first_party: false })
  })

  it('update changes what is named and nothing else', async () => {
    const { json } = await aCommandLineWithThings()
    const before = await json('client', 'show', 'app')
    expect(await json('client', 'update', 'app', '--name', 'Another')).to.deep.equal({ ...before, name: 'Another' })
    await json('client', 'update', 'app', '--first-party', '--require-otp')
    expect(await json('client', 'update', 'app', '--no-first-party')).to.include({ first_party: false, require_otp: true })
  })

  it('rotate-secret and delete', async () => {
    const { json, app } = await aCommandLineWithThings()
    const rotated = await json('client', 'rotate-secret', 'app')
    expect(rotated).to.have.keys('client_id', 'client_secret')
    expect(rotated['client_secret']).not.to.equal(app['client_secret'])
    expect(await json('client', 'delete', 'app')).to.deep.equal({ id: 'app', deleted: true })
    expect(await json('client', 'list')).to.deep.equal({ clients: [] })
  })

  it('--secret-stdin keeps everything but one final newline', async () => {
    const { run } = aCommandLine()
    const { out } = await run(['client', 'create', '--name', 'A', '--secret-stdin', '--json'], { stdin: ' p@ss:wo/rd+%20&= \n' })
    expect(JSON.parse(out)).to.deep.include({ client_secret: ' p@ss:wo/rd+%20&= ' })
  })

  it('refuses an unknown scope by its name', async () => {
    const { run } = aCommandLine()
    expect(await run([...APP, '--scope', 'admin'])).to.deep.equal({
      status: 1,
      out: '',
      err: 'error: scope: "admin" is unknown; create it first\n',
    })
  })
})

describe('portcullis user', () => {
  it('create --json prints id and username', async () => {
    const { json, ada } = await aCommandLineWithThings()
    expect(ada).to.have.keys('id', 'username').and.include({ username: 'ada' })
    const told = { id: ada.id, username: 'ada', name: 'Ada', email: 'ada@lovelace.test', created_at: ISO }
    expect(await json('user', 'list')).to.deep.equal({ users: [told] })
    expect(await json('user', 'show', ada.id)).to.deep.equal(told)
    expect(await json('user', 'update', 'ada', '--name', 'Countess')).to.deep.equal({ ...told, name: 'Countess' })
    expect(await json('user', 'disable', 'ada')).to.deep.include({ disabled_at: ISO })
    expect(await json('user', 'enable', 'ada')).not.to.have.property('disabled_at')
    expect(await json('user', 'delete', 'ada')).to.deep.equal({ user: 'ada', deleted: true })
    expect(await json('user', 'list')).to.deep.equal({ users: [] })
  })

  const hashOf = (password: string) => `$fake$${Buffer.from(password).toString('hex')}`
  for (const [stdin, password] of [
    ['password\n', 'password'],
    ['password\n\n', 'password\n'],
    ['password\r\n', 'password\r'],
    [' pass\nword ', ' pass\nword '],
    ['\ufeffpassword', '\ufeffpassword'],
  ] as const)
    it(`--password-stdin reads ${JSON.stringify(stdin)} as ${JSON.stringify(password)}`, async () => {
      const { run, storage } = aCommandLine()
      expect((await run(['user', 'create', '--username', 'eve', '--password-stdin'], { stdin })).status).to.equal(0)
      expect((await storage.users.findByUsername('eve'))?.passwordHash).to.equal(hashOf(password))
      await run(['user', 'set-password', 'eve', '--password-stdin'], { stdin: `new ${stdin}` })
      expect((await storage.users.findByUsername('eve'))?.passwordHash).to.equal(hashOf(`new ${password}`))
    })

  it('--password-stdin refuses what is not UTF-8 and what has no end', async () => {
    const { run } = aCommandLine()
    for (const stdin of [Buffer.from('password\xff', 'latin1'), 'x'.repeat(70_000)])
      expect(await run(['user', 'create', '--username', 'eve', '--password-stdin'], { stdin })).to.deep.include({ status: 1, out: '' })
  })

  it('asks twice on a terminal and shows nothing of what is typed', async () => {
    const { run, storage } = aCommandLine()
    const { status, out, err } = await run(['user', 'create', '--username', 'eve', '--json'], { typed: 'pass word\npass word\n' })
    expect(status).to.equal(0)
    expect(JSON.parse(out)).to.include({ username: 'eve' })
    expect(err).to.equal('Password: \nThe same again: \n')
    expect((await storage.users.findByUsername('eve'))?.passwordHash).to.equal(hashOf('pass word'))
  })

  it('refuses two that differ, and a person who goes away', async () => {
    const { run, json } = aCommandLine()
    for (const typed of ['password\npassw0rd\n', 'password\n', '', '\u0003'])
      expect(await run(['user', 'create', '--username', 'eve'], { typed })).to.include({ status: 1, out: '' })
    expect(await json('user', 'list')).to.deep.equal({ users: [] })
  })

  it('without a terminal and without a password is a usage error, before the store is opened', async () => {
    const { run, log } = aCommandLine()
    for (const args of [
      ['user', 'create', '--username', 'eve'],
      ['user', 'set-password', 'eve'],
    ])
      expect(await run(args)).to.deep.include({ status: 2, out: '' })
    expect(log).to.deep.equal([])
  })
})
