import { spawn } from 'node:child_process'
import { createPublicKey, generateKeyPairSync, verify } from 'node:crypto'
import { once } from 'node:events'
import { open } from 'node:fs/promises'
import { extname, join } from 'node:path'
import { inspect } from 'node:util'
import { expect } from 'chai'
import { calculateJwkThumbprint, jwtVerify } from 'jose'
import { pino } from 'pino'
import { Argon2PasswordHasher } from '../../adapters/system/argon2.js'
import { PinoAuditLog } from '../../adapters/system/audit.js'
import { TotpCodes } from '../../adapters/system/one-time-codes.js'
import { SystemSecrets } from '../../adapters/system/secrets.js'
import { NodeTokenSigner } from '../../adapters/system/signer.js'
import { WorkQueue } from '../../adapters/system/work-queue.js'
import type { AuditEvent } from '../../domain/audit.js'
import { Busy } from '../../domain/errors.js'
import type { KeyId } from '../../domain/ids.js'
import type { Purpose } from '../../ports/secrets.js'

const NEW = Buffer.alloc(32, 1)
const OLD = Buffer.alloc(48, 2)
const OTHER = Buffer.alloc(32, 3)
const MESSAGE = Buffer.from('a grant')
const PURPOSES: readonly Purpose[] = ['code', 'refresh-token', 'csrf', 'signing-key', 'demo']

const flipped = (bytes: Uint8Array, at: number): Uint8Array => bytes.map((byte, index) => (index === at ? byte ^ 1 : byte))

describe('system secrets', () => {
  const secrets = new SystemSecrets([NEW, OLD])

  it('refuse to work without a secret', () => {
    for (const live of [[], [new Uint8Array()]]) expect(() => new SystemSecrets(live)).throw(TypeError)
  })

  it('make fresh random values of the asked length', () => {
    expect(secrets.random(32))
      .match(/^[A-Za-z0-9_-]{43}$/)
      .not.equal(secrets.random(32))
  })

  it('digest with SHA-256 of the UTF-8 bytes', () => {
    expect(secrets.digest('abc')).equal('ungWv48Bz-pBQUDeXa4iI7ADYaOWF3qctBD_YfIAFa0')
    expect(secrets.digest('é')).equal(secrets.digest('\u00e9')).not.equal(secrets.digest('e'))
  })

  it('compare values of any length', () => {
    expect(secrets.same('secret', 'secret')).equal(true)
    for (const other of ['', 'secre', 'secrets', 'Secret']) expect(secrets.same('secret', other)).equal(false)
  })

  it('derive a key of its own for each purpose, by HKDF-SHA-256', () => {
    const macs = PURPOSES.map((purpose) => Buffer.from(secrets.mac(purpose, MESSAGE)).toString('hex'))
    expect(new Set(macs).size).equal(PURPOSES.length)
    expect(macs[0]).length(64)
    // Changing this invalidates every code and refresh token that is out.
    expect(macs[0]).equal('0cb0a92eb1e38039d077d8f779066fe7b0258103324a5a8b11cbc69c5e9d186d')
  })

  it('verify what any live secret made, for the same purpose and message', () => {
    for (const live of [NEW, OLD]) {
      const mac = new SystemSecrets([live]).mac('code', MESSAGE)
      expect(secrets.verify('code', MESSAGE, mac)).equal(true)
      expect(secrets.verify('refresh-token', MESSAGE, mac)).equal(false)
      expect(secrets.verify('code', Buffer.from('A grant'), mac)).equal(false)
      expect(secrets.verify('code', MESSAGE, flipped(mac, 31))).equal(false)
      expect(secrets.verify('code', MESSAGE, mac.subarray(0, 31))).equal(false)
      expect(secrets.verify('code', MESSAGE, new Uint8Array())).equal(false)
    }
    expect(secrets.verify('code', MESSAGE, new SystemSecrets([OTHER]).mac('code', MESSAGE))).equal(false)
  })

  it('make with the first secret', () => {
    expect(secrets.mac('csrf', MESSAGE)).deep.equal(new SystemSecrets([NEW]).mac('csrf', MESSAGE))
    expect(new SystemSecrets([NEW]).unseal('csrf', secrets.seal('csrf', MESSAGE))).deep.equal(MESSAGE)
  })

  it('open what any live secret sealed', () => {
    for (const live of [NEW, OLD]) {
      for (const plain of [MESSAGE, Buffer.alloc(0), Buffer.alloc(4_096, 5)]) {
        expect(secrets.unseal('signing-key', new SystemSecrets([live]).seal('signing-key', plain))).deep.equal(plain)
      }
    }
  })

  it('seal the same thing differently each time', () => {
    expect(secrets.seal('demo', MESSAGE))
      .match(/^[A-Za-z0-9_-]+$/)
      .not.equal(secrets.seal('demo', MESSAGE))
  })

  it('do not open what was sealed for something else, under another secret, or changed', () => {
    const sealed = secrets.seal('signing-key', MESSAGE)
    const bytes = Buffer.from(sealed, 'base64url')
    expect(secrets.unseal('demo', sealed)).equal(undefined)
    expect(new SystemSecrets([OTHER]).unseal('signing-key', sealed)).equal(undefined)
    for (let at = 0; at < bytes.length; at++) {
      expect(secrets.unseal('signing-key', Buffer.from(flipped(bytes, at)).toString('base64url'))).equal(undefined)
    }
    for (const near of ['', 'A', sealed.slice(0, -4), `${sealed}=`, `${sealed}AAAA`, ` ${sealed}`, `${sealed}\n`, sealed.slice(0, 36)]) {
      expect(secrets.unseal('signing-key', near)).equal(undefined)
    }
  })

  it('tell what was sealed under the first from what was not', () => {
    const current = secrets.seal('totp', MESSAGE)
    expect(secrets.isCurrent('totp', current)).equal(true)
    const others = [new SystemSecrets([OLD]).seal('totp', MESSAGE), new SystemSecrets([OTHER]).seal('totp', MESSAGE)]
    for (const not of [...others, secrets.seal('demo', MESSAGE), `${current}=`, current.slice(0, -4), ''])
      expect(secrets.isCurrent('totp', not)).equal(false)
  })

  it('do not show themselves', () => {
    const shown = JSON.stringify(secrets) + inspect(secrets, { showHidden: true, depth: 9 })
    expect(shown).not.include(NEW.toString('hex')).not.include(NEW.toString('base64'))
  })
})

describe('Argon2 password hasher', () => {
  const hasher = new Argon2PasswordHasher()

  it('makes PHC strings with the OWASP parameters and a salt each', async () => {
    const [one, two] = await Promise.all([hasher.hash('correct horse'), hasher.hash('correct horse')])
    expect(one).match(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$[A-Za-z0-9+/]{22}\$[A-Za-z0-9+/]{43}$/)
    expect(one).not.equal(two)
  })

  it('tells the right password from wrong ones', async () => {
    const known = await hasher.hash('correct hörse ✓')
    expect(await hasher.verify(known, 'correct hörse ✓')).equal(true)
    for (const wrong of ['', 'correct hörse', 'correct hörse ✓ ', 'Correct hörse ✓']) expect(await hasher.verify(known, wrong)).equal(false)
  })

  it('matches nothing without a hash', async () => {
    for (const password of ['', 'correct horse', '\0'.repeat(32)]) expect(await hasher.verify(undefined, password)).equal(false)
  })

  it('still verifies a hash made with other parameters, and calls it outdated', async () => {
    const weaker = '$argon2id$v=19$m=1024,t=1,p=1$HrehskqI7m0sRad+AcwKxw$K4z2k4ICImLOiXoCSiF/J+U3uHR6yH22sxc2hxPGY3E'
    expect(hasher.isOutdated(weaker)).equal(true)
    expect(await hasher.verify(weaker, 'correct horse')).equal(true)
  })

  it('calls only other parameters outdated', async () => {
    expect(hasher.isOutdated(await hasher.hash('correct horse'))).equal(false)
    for (const other of ['$argon2i$v=19$m=19456,t=2,p=1$', '$argon2id$v=16$m=19456,t=2,p=1$', '$argon2id$v=19$m=19456,t=2,p=2$', '']) {
      expect(hasher.isOutdated(other)).equal(true)
    }
  })

  it('takes a queue of at least 200', async () => {
    const outcomes = await Promise.allSettled(Array.from({ length: 201 }, () => hasher.hash('correct horse')))
    // Refused is at most who waited too long, which depends on the machine; never is one refused for the length.
    const reasons = outcomes.flatMap((outcome) => (outcome.status === 'rejected' ? [String(outcome.reason)] : []))
    expect(reasons.filter((reason) => reason !== 'Busy: the wait was too long')).deep.equal([])
  })
})

describe('a work queue', () => {
  /** Jobs that end when told. */
  function jobs(queue: WorkQueue) {
    const started: string[] = []
    const endings = new Map<string, () => void>()
    const add = (name: string) =>
      queue.run(async () => {
        started.push(name)
        await new Promise<void>((end) => endings.set(name, end))
        return name
      })
    const end = async (name: string) => {
      endings.get(name)?.()
      await new Promise((later) => setImmediate(later))
    }
    return { started, add, end }
  }
  const LIMITS = { concurrency: 2, length: 2, patienceMs: 60_000 }

  it('runs a few jobs at a time, in the order in which they came', async () => {
    const { started, add, end } = jobs(new WorkQueue(LIMITS))
    const results = ['a', 'b', 'c', 'd'].map(add)
    expect(started).deep.equal(['a', 'b'])
    await end('b')
    expect(await results[1]).equal('b')
    expect(started).deep.equal(['a', 'b', 'c'])
    const late = add('e')
    expect(started).deep.equal(['a', 'b', 'c'])
    for (const [name, result] of [
      ['a', results[0]],
      ['c', results[2]],
      ['d', results[3]],
      ['e', late],
    ] as const) {
      await end(name)
      expect(await result).equal(name)
    }
    expect(started).deep.equal(['a', 'b', 'c', 'd', 'e'])
  })

  it('refuses at once when too many wait, and goes on afterwards', async () => {
    const { started, add, end } = jobs(new WorkQueue({ ...LIMITS, concurrency: 1 }))
    const results = ['a', 'b', 'c'].map(add)
    const refusal = await add('d').catch((error: unknown) => error)
    expect(refusal).instanceOf(Busy).property('retryAfter', 5)
    for (const [index, name] of ['a', 'b', 'c'].entries()) {
      await end(name)
      expect(await results[index]).equal(name)
    }
    expect(started).deep.equal(['a', 'b', 'c'])
  })

  it('refuses who waited too long without running the job', async () => {
    const { started, add, end } = jobs(new WorkQueue({ ...LIMITS, concurrency: 1, patienceMs: 1 }))
    const first = add('a')
    expect(await add('b').catch((error: unknown) => error)).instanceOf(Busy)
    await end('a')
    await first
    const next = add('c')
    expect(started).deep.equal(['a', 'c'])
    await end('c')
    expect(await next).equal('c')
  })

  it('gives the place of a failed job on', async () => {
    const queue = new WorkQueue({ ...LIMITS, concurrency: 1 })
    const failed = queue.run(() => Promise.reject(new Error('broken')))
    const next = queue.run(async () => 'done')
    expect(await failed.catch(String)).equal('Error: broken')
    expect(await next).equal('done')
    expect(await queue.run(async () => 'again')).equal('again')
  })
})

describe('one-time codes', () => {
  const codes = new TotpCodes()

  it('takes what is no code for a wrong one, whatever it is', () => {
    const secret = Buffer.alloc(20, 7)
    for (const typed of ['', '12345', '1234567', 'äääää1', '١٢٣٤٥٦', '12345\u{0}', '<script'])
      expect(codes.stepOf(secret, typed, new Date(0)), typed).equal(undefined)
  })
})

describe('the Node.js token signer', () => {
  const signer = new NodeTokenSigner()
  const claims = {
    iss: 'https://login.example.com',
    sub: 'ada',
    aud: ['https://api.example.com', 'urn:é'],
    client_id: 'app',
    scope: 'read write',
    iat: 1_700_000_000,
    exp: 1_700_000_600,
    jti: 'one',
    auth_time: 1_699_999_999,
  }

  it('makes ES256 keys named by their RFC 7638 thumbprint', async () => {
    const { kid, publicJwk, privateKey } = await signer.generate()
    expect(publicJwk).keys('kty', 'crv', 'x', 'y')
    expect(kid).equal(await calculateJwkThumbprint({ ...publicJwk }))
    expect(kid).not.equal((await signer.generate()).kid)
    expect(() => signer.open(kid, new Uint8Array(privateKey))).not.throw()
  })

  it('verifies a token of many scopes, and none that no form could carry', async () => {
    const { kid, publicJwk, privateKey } = await signer.generate()
    const key = signer.open(kid, privateKey)
    const read = async (length: number) => signer.verify(await key.sign({ ...claims, scope: 'x'.repeat(length) }), () => publicJwk)
    expect((await read(10_000))?.jti).equal('one')
    expect(await read(16_384)).equal(undefined)
  })

  it('signs tokens that others verify', async () => {
    const { kid, publicJwk, privateKey } = await signer.generate()
    const token = await signer.open(kid, privateKey).sign(claims)
    const key = createPublicKey({ key: { ...publicJwk }, format: 'jwk' })
    const { payload, protectedHeader } = await jwtVerify(token, key, { typ: 'at+jwt', currentDate: new Date(1_700_000_100_000) })
    expect(protectedHeader).deep.equal({ alg: 'ES256', typ: 'at+jwt', kid })
    expect(payload).deep.equal(claims)
  })

  it('signs with 64 bytes, r beside s (RFC 7518 §3.4)', async () => {
    const { kid, publicJwk, privateKey } = await signer.generate()
    const [header = '', payload = '', signature = ''] = (await signer.open(kid, privateKey).sign(claims)).split('.')
    const bytes = Buffer.from(signature, 'base64url')
    expect(bytes).length(64)
    const key = createPublicKey({ key: { ...publicJwk }, format: 'jwk' })
    expect(verify('sha256', Buffer.from(`${header}.${payload}`), { key, dsaEncoding: 'ieee-p1363' }, bytes)).equal(true)
  })

  it('refuses what is no P-256 private key, without showing it', () => {
    const pkcs8 = { type: 'pkcs8', format: 'der' } as const
    const p384 = generateKeyPairSync('ec', { namedCurve: 'P-384' }).privateKey.export(pkcs8)
    const ed25519 = generateKeyPairSync('ed25519').privateKey.export(pkcs8)
    for (const wrong of [p384, ed25519, Buffer.from('hunter2'), new Uint8Array()]) {
      expect(() => signer.open('key-1' as KeyId, wrong)).throw(
        TypeError,
        /^the signing key key-1 is not a (P-256 key|PKCS #8 private key)$/,
      )
    }
  })
})

describe('the audit log', () => {
  const source = { requestId: 'r1', address: '192.0.2.7' }
  const event: AuditEvent = { event: 'token', outcome: 'refused', client_id: 'app', reason: 'wrong verifier' }

  it('writes one line of JSON at info with what is known', () => {
    const lines: string[] = []
    new PinoAuditLog(pino({ base: null, timestamp: false }, { write: (line) => lines.push(line) })).record(event, source)
    expect(lines).length(1)
    expect(JSON.parse(lines.join())).deep.equal({
      level: 30,
      event: 'token',
      request_id: 'r1',
      client_id: 'app',
      address: '192.0.2.7',
      outcome: 'refused',
      reason: 'wrong verifier',
    })
  })

  it('writes nothing that is not one of its fields', () => {
    const lines: string[] = []
    const careless = { ...event, password: 'hunter2' }
    new PinoAuditLog(pino({}, { write: (line) => lines.push(line) })).record(careless, source)
    expect(lines.join()).include('wrong verifier').not.include('hunter2')
  })

  it('keeps a line one line', () => {
    const lines: string[] = []
    new PinoAuditLog(pino({}, { write: (line) => lines.push(line) })).record({ ...event, reason: 'a\nb\u2028' }, source)
    expect(lines.join('').trimEnd().split('\n')).length(1)
  })

  it('does not let a broken log fail a request', () => {
    const write = () => {
      throw new Error('disk full')
    }
    const broken = pino({}, { write })
    expect(() => new PinoAuditLog(broken).record(event, source)).not.throw()
  })
})

describe('the logger', () => {
  /** A process of its own: what is tested is what happens at its end. */
  function logging(body: string, stdout: 'pipe' | number = 'pipe') {
    const script = `import { createLogger } from ${JSON.stringify(join(import.meta.dirname, `../../adapters/system/logger${extname(import.meta.filename)}`))}\n${body}`
    return spawn(process.execPath, ['--import', 'tsx', '--input-type=module', '-e', script], { stdio: ['ignore', stdout, 'pipe'] })
  }

  async function linesOf(body: string): Promise<{ code: unknown; lines: readonly Record<string, unknown>[] }> {
    const child = logging(body)
    let output = ''
    child.stdout?.on('data', (chunk: Buffer) => (output += chunk.toString()))
    const [code] = (await once(child, 'close')) as [unknown]
    return {
      code,
      lines: output
        .split('\n')
        .filter(Boolean)
        .map((line) => JSON.parse(line) as Record<string, unknown>),
    }
  }

  it('writes JSON with level, time and process, without the host', async () => {
    const { lines } = await linesOf(`createLogger('info').warn({ reason: 'r' }, 'text')`)
    expect(lines).length(1)
    expect(lines[0]).keys('level', 'time', 'pid', 'reason', 'msg').include({ level: 40, reason: 'r', msg: 'text' })
    expect(lines[0]?.['time']).match(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/)
  })

  it('leaves out what is below its level', async () => {
    const { lines } = await linesOf(`const log = createLogger('warn'); log.info('a'); log.warn('b'); createLogger('silent').fatal('c')`)
    expect(lines.map(({ msg }) => msg)).deep.equal(['b'])
  })

  for (const [how, ending, code] of [
    ['ends', '', 0],
    ['exits', 'process.exit(3)', 3],
    ['fails', 'throw new Error("broken")', 1],
  ] as const) {
    it(`loses no line when the process ${how}`, async () => {
      const many = `const log = createLogger('info'); for (let i = 0; i < 5000; i++) log.info({ i, text: 'x'.repeat(100) });`
      const { code: actual, lines } = await linesOf(`${many} ${ending}`)
      expect(actual).equal(code)
      expect(lines.map(({ i }) => i)).deep.equal(Array.from({ length: 5_000 }, (_, i) => i))
    })
  }

  it('does not keep the process from going on, or from ending, when the disk is full', async function () {
    const full = await open('/dev/full', 'w').catch(() => undefined)
    if (full === undefined) return this.skip()
    const child = logging(
      `const log = createLogger('info'); log.info('a'); setTimeout(() => { log.info('b'); console.error('alive'); process.exitCode = 7 }, 100)`,
      full.fd,
    )
    let said = ''
    child.stderr?.on('data', (chunk: Buffer) => (said += chunk.toString()))
    const [code] = (await once(child, 'close')) as [unknown]
    await full.close()
    expect({ code, said }).deep.equal({ code: 7, said: 'alive\n' })
  })
})
