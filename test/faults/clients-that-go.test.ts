import { expect } from 'chai'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { connect, type Socket } from 'node:net'
import { setTimeout as wait } from 'node:timers/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { ServerProcess } from '../support/process.js'
import { testEnvironment } from '../support/server.js'

/** Rejects a promise that nobody waits for, whenever the process gets the signal. */
const HOOK = `process.on('SIGUSR2', () => void Promise.reject(new Error('cannot reach db://user:geheim@host')))`
const FORM = 'Content-Type: application/x-www-form-urlencoded'
const HALF_A_BODY = ['POST /token HTTP/1.1', 'Host: localhost', FORM, 'Content-Length: 100', '', 'grant_type='].join('\r\n')
const HALF_OF_CHUNKS = ['POST /login HTTP/1.1', 'Host: localhost', FORM, 'Transfer-Encoding: chunked', '', '5', 'usern'].join('\r\n')
const HALF_A_HEAD = 'GET /authorize?client_id=x HTTP/1.1\r\nHost: loc'
const WHOLE = 'GET /login HTTP/1.1\r\nHost: localhost\r\n\r\n'

const pidOf = (line: string): number => Number(/"pid":(\d+)/.exec(line)?.[1])

/** The process that was started, and each that listens for it. */
const pidsOf = (server: ServerProcess): readonly number[] => {
  const listening = server.output.split('\n').filter((line) => line.includes('"listening"'))
  return [...new Set([server.pid ?? 0, ...listening.map(pidOf)])]
}

/** Sends it and goes: with a reset, so that the answer meets ECONNRESET, or politely. */
async function goAfter(address: string, text: string, farewell: (socket: Socket) => void): Promise<void> {
  const socket = connect(Number(new URL(address).port), '127.0.0.1')
  socket.on('error', () => undefined)
  await new Promise((connected) => socket.once('connect', connected))
  await new Promise((written) => socket.write(text, written))
  farewell(socket)
  await new Promise((closed) => socket.once('close', closed))
}

describe('a server process, when clients go and promises are forgotten', function () {
  this.timeout(60_000)
  for (const WORKERS of ['1', '2'])
    it(`CONC-026: with WORKERS=${WORKERS} it stays up, and answers everybody else`, async () => {
      const folder = await mkdtemp(join(tmpdir(), 'portcullis-gone-'))
      const hook = join(folder, 'hook.mjs')
      await writeFile(hook, HOOK)
      const environment = await testEnvironment(folder, { WORKERS, LOG_LEVEL: 'info' })
      const server = new ServerProcess({ ...environment, NODE_OPTIONS: `--import=${pathToFileURL(hook).href}` }, folder)
      try {
        await server.start()
        const count = WORKERS === '1' ? 1 : 3
        while (pidsOf(server).length < count) await wait(50)
        const pids = pidsOf(server)
        const going = [HALF_A_BODY, HALF_OF_CHUNKS, HALF_A_HEAD, WHOLE].flatMap((text) =>
          Array.from({ length: 20 }, (_, i) =>
            goAfter(server.address, text, (socket) => (i % 2 === 0 ? socket.resetAndDestroy() : socket.destroy())),
          ),
        )
        const answers = Array.from({ length: 50 }, async (_, i) => {
          if (i % 10 === 0) for (const pid of pids) process.kill(pid, 'SIGUSR2')
          return (await fetch(`${server.issuer}/.well-known/jwks.json`)).status
        })
        expect(new Set(await Promise.all(answers))).to.deep.equal(new Set([200]))
        await Promise.all(going)
        expect((await fetch(`${server.operations}/readyz`)).status).to.equal(200)
        expect(await server.end('SIGTERM')).to.equal(0)
        // Of each process; the words may repeat a password, so that the log has none of them.
        const rejections = server.output.split('\n').filter((line) => line.includes('a rejection that nobody waited for'))
        expect(new Set(rejections.map(pidOf))).to.deep.equal(new Set(pids))
        expect(server.output).to.not.include('geheim').and.not.include('"status":5')
        expect(pidsOf(server), 'none was replaced').to.deep.equal(pids)
      } finally {
        await server.end('SIGKILL')
        await rm(folder, { recursive: true, force: true })
      }
    })
})
