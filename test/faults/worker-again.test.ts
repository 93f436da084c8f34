import { expect } from 'chai'
import { setTimeout as wait } from 'node:timers/promises'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { ServerProcess } from '../support/process.js'
import { testEnvironment } from '../support/server.js'
import { lockFromOutside } from '../support/sqlite-lock.js'

describe('a worker that dies while nothing can be written', function () {
  this.timeout(60_000)

  it('CONC-018: ends no other worker when it cannot start again, and is back when it can', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'portcullis-worker-'))
    const server = new ServerProcess(await testEnvironment(folder, { WORKERS: '2', LOG_LEVEL: 'info' }), folder)
    const listening = () => server.output.split('\n').filter((line) => line.includes('"listening"'))
    const until = async (holds: () => boolean) => {
      while (!holds()) await wait(50)
    }
    try {
      await server.start()
      await until(() => listening().length === 2)
      const release = await lockFromOutside(join(folder, 'portcullis.db'))
      try {
        process.kill(Number(/"pid":(\d+)/.exec(listening()[0] ?? '')?.[1]), 'SIGKILL')
        // It is started again after a second, and waits for four.
        await until(() => server.output.includes('is locked') || server.output.includes('did not'))
        await wait(1_500)
        for (let i = 0; i < 10; i++) expect((await fetch(`${server.issuer}/.well-known/jwks.json`)).status).to.equal(200)
        expect(listening()).to.have.length(2)
      } finally {
        await release()
      }
      await until(() => listening().length === 3)
      expect(await server.end('SIGTERM')).to.equal(0)
    } finally {
      await server.end('SIGKILL')
      await rm(folder, { recursive: true, force: true })
    }
  })
})
