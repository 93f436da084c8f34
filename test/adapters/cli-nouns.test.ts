import { expect } from 'chai'
import { aCommandLine, aCommandLineWithThings } from './cli-fixture.js'

describe('portcullis scope, resource, grant, session, store, serve', () => {
  it('scope', async () => {
    const { json } = aCommandLine()
    const read = { id: 'read', name: 'read', description: 'May read' }
    expect(await json('scope', 'create', 'read', '--description', 'May read')).to.deep.equal(read)
    expect(await json('scope', 'update', 'read', '--description', 'Reads')).to.deep.equal({ ...read, description: 'Reads' })
    expect(await json('scope', 'list')).to.deep.equal({ scopes: [{ ...read, description: 'Reads' }] })
    expect(await json('scope', 'delete', 'read')).to.deep.equal({ id: 'read', deleted: true })
    expect(await json('scope', 'list')).to.deep.equal({ scopes: [] })
  })

  it('resource', async () => {
    const { json } = aCommandLine()
    const api = { id: 'https://api.test/', uri: 'https://api.test/', name: 'API', scopes: ['read', 'write'] }
    expect(await json('resource', 'create', api.uri, '--name', 'API', '--scope', 'read', '--scope', 'write')).to.deep.equal(api)
    expect(await json('resource', 'list')).to.deep.equal({ resources: [api] })
    expect(await json('resource', 'delete', api.uri)).to.deep.equal({ id: api.uri, deleted: true })
  })

  it('grant', async () => {
    const { json, run, ada, grantId } = await aCommandLineWithThings()
    const { grants } = await json('grant', 'list', '--user', 'ada', '--client', 'app')
    expect(grants).to.have.length(1)
    expect((grants as object[])[0]).to.include({ id: grantId, client_id: 'app', user_id: ada.id })
    expect(await json('grant', 'revoke', grantId)).to.deep.equal({ id: grantId, revoked: true })
    expect(await json('grant', 'list')).to.deep.equal({ grants: [] })
    expect(await json('grant', 'revoke-all', '--client', 'app')).to.deep.equal({ revoked: 0 })
    for (const filter of [[], ['--user', 'ada', '--client', 'app']])
      expect((await run(['grant', 'revoke-all', ...filter])).status).to.equal(2)
  })

  it('session', async () => {
    const { json, ada, sessionId } = await aCommandLineWithThings()
    const { sessions } = await json('session', 'list', '--user', 'ada')
    expect((sessions as object[])[0]).to.include({ id: sessionId, user_id: ada.id })
    expect(await json('session', 'end', sessionId)).to.deep.equal({ id: sessionId, ended: true })
    expect(await json('session', 'list', '--user', 'ada')).to.deep.equal({ sessions: [] })
    expect(await json('session', 'end-all', '--user', 'ada')).to.deep.equal({ ended: 0 })
  })

  it('takes an id that begins with a hyphen', async () => {
    const { run } = aCommandLine()
    for (const id of [`-${'a'.repeat(21)}`, `--${'b-_1'.repeat(5)}`, `-${'C'.repeat(42)}`])
      for (const args of [
        ['grant', 'revoke', id, '--yes', '--json'],
        ['session', 'end', '--yes', '--json', id],
        ['user', 'update', id, '--name', 'Ada'],
        ['client', 'show', '--json', id],
      ])
        expect((await run(args)).err).to.match(/^error: there is no [\w ]+ "-/, args.join(' '))
  })

  it('store', async () => {
    const { json, run } = await aCommandLineWithThings()
    const status = await json('store', 'status')
    expect(Object.keys(status)).to.deep.equal(['store', 'schema', 'rows'])
    expect(status['rows']).to.include({ users: 1, clients: 1, scopes: 1, grants: 1, sessions: 1 })
    expect(await json('store', 'prepare', '--dry-run')).to.include({ dry_run: true })
    expect(await json('store', 'prepare')).to.include({ dry_run: false })
    expect(await json('store', 'prune')).to.have.keys('removed')
    for (const verb of ['status', 'prepare', 'prune']) expect(await run(['store', verb])).to.include({ status: 0, err: '' })
  })

  it('serve runs the server alone', async () => {
    const { run, log } = aCommandLine()
    expect(await run(['serve'])).to.deep.equal({ status: 0, out: '', err: '' })
    expect(log).to.deep.equal(['serve'])
  })
})
