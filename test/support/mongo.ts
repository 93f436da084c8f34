import { spawn, spawnSync, type ChildProcess } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { existsSync, rmSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { MongoClient } from 'mongodb'
import { inTurns, type Loan } from './in-turns.js'
import { unproxied, withDatabase, type Hosts } from './mongo-uri.js'
import { freePort } from './server.js'

export type ServerKind = 'given' | 'mongod' | 'SecantusDB'

/** A server that tests may use; started when it is first asked for, ended with the tests. */
export interface MongoServer {
  readonly kind: ServerKind
  /** For titles: what a result was obtained on. */
  readonly name: string
  /** Its address, without a database, until it is given back. */
  readonly lend: () => Promise<Loan>
}

/** A server of one test's own, which may be killed and started again on the same port and data. */
export interface OwnServer {
  readonly uri: string
  start(): Promise<void>
  kill(): Promise<void>
  /** Ends it and removes its data. */
  stop(): Promise<void>
}

/** How a machine gets a server for tests. */
export const HOW =
  'give a server with MONGODB_URI=mongodb://…, or a mongod with MONGOMS_SYSTEM_BINARY=/path/to/mongod or on PATH, or run .ci/stand-ins'

const onPath = (program: string): string | undefined => {
  const { stdout } = spawnSync('sh', ['-c', `command -v ${program}`], { encoding: 'utf8' })
  return stdout.trim() || undefined
}
const present = (path: string): string | undefined => (existsSync(path) ? resolve(path) : undefined)

/** The mongod of this machine, for tests that need a real replica set. */
export const MONGOD = process.env['MONGOMS_SYSTEM_BINARY'] ?? onPath('mongod')

const BINARIES: Readonly<Record<Exclude<ServerKind, 'given'>, string | undefined>> = {
  mongod: MONGOD,
  SecantusDB: present('.stand-ins/secantusdb/bin/secantusd-py'),
}

const ARGUMENTS: Readonly<Record<Exclude<ServerKind, 'given'>, (port: string, folder: string) => readonly string[]>> = {
  mongod: (port, folder) => ['--bind_ip', '127.0.0.1', '--port', port, '--dbpath', folder, '--replSet', 'tests', '--quiet'],
  SecantusDB: (port, folder) => [
    '--host',
    '127.0.0.1',
    '--port',
    port,
    '--storage-path',
    folder,
    '--log-level',
    'ERROR',
    '--sync-on-commit',
  ],
}

/** Starts a server of one's own of a kind whose program is there. */
export async function startOwnServer(kind: Exclude<ServerKind, 'given'>): Promise<OwnServer> {
  const binary = BINARIES[kind]
  if (binary === undefined) throw new Error(`there is no ${kind}: ${HOW}`)
  const folder = await mkdtemp(join(tmpdir(), 'portcullis-mongo-'))
  const port = (await freePort()).toString()
  const uri = `mongodb://127.0.0.1:${port}/`
  let child: ChildProcess | undefined
  process.once('exit', () => {
    child?.kill('SIGKILL')
    rmSync(folder, { recursive: true, force: true })
  })
  const kill = async () => {
    if (child?.exitCode !== null || child.signalCode !== null) return
    const ended = new Promise((exited) => child?.once('exit', exited))
    child.kill('SIGKILL')
    await ended
  }
  const start = async () => {
    child = spawn(binary, ARGUMENTS[kind](port, folder), { stdio: 'ignore' })
    child.unref()
    await answers(uri, child)
    if (kind === 'mongod') await initiate(uri, port)
  }
  await start()
  return {
    uri,
    start,
    kill,
    stop: async () => {
      await kill()
      await rm(folder, { recursive: true, force: true })
    },
  }
}

async function answers(uri: string, child: ChildProcess): Promise<void> {
  for (let tries = 0; tries < 100; tries++) {
    if (child.exitCode !== null) throw new Error(`the server ended with ${child.exitCode.toString()}`)
    const client = new MongoClient(uri, { serverSelectionTimeoutMS: 500, directConnection: true })
    const pong = await client
      .db('admin')
      .command({ ping: 1 })
      .catch(() => undefined)
    await client.close()
    if (pong !== undefined) return
    await new Promise((later) => setTimeout(later, 100))
  }
  throw new Error('the server does not answer')
}

/** A replica set of one member, unless it is one already: retryable writes need it. */
async function initiate(uri: string, port: string): Promise<void> {
  const client = new MongoClient(uri, { directConnection: true })
  const config = { _id: 'tests', members: [{ _id: 0, host: `127.0.0.1:${port}` }] }
  await client
    .db('admin')
    .command({ replSetInitiate: config })
    .catch(() => undefined)
  for (let isWritable = false; !isWritable;) isWritable = (await client.db('admin').command({ hello: 1 }))['isWritablePrimary'] === true
  await client.close()
}

const LOANS = 25

function local(kind: Exclude<ServerKind, 'given'>, name: string): MongoServer {
  return { kind, name, lend: inTurns(() => startOwnServer(kind), kind === 'SecantusDB' ? LOANS : Infinity) }
}

function find(): readonly MongoServer[] {
  const given = process.env['MONGODB_URI']
  if (given !== undefined && given !== '')
    return [{ kind: 'given', name: 'the server of MONGODB_URI', lend: async () => ({ uri: given, giveBack: async () => undefined }) }]
  if (MONGOD !== undefined) return [local('mongod', 'mongod')]
  return (['SecantusDB'] as const).filter((kind) => BINARIES[kind] !== undefined).map((kind) => local(kind, `${kind}, a stand-in`))
}

/** Those of this machine: the one that the environment names, else mongod, else the stand-ins; none is possible. */
export const MONGO_SERVERS = find()

export interface FreshDatabase {
  readonly name: string
  readonly uri: string
  drop(): Promise<void>
}

/** A database that nobody else uses. */
export async function freshDatabase(server: MongoServer): Promise<FreshDatabase> {
  const name = `portcullis_${randomBytes(8).toString('hex')}`
  const { uri: address, giveBack } = await server.lend()
  const uri = withDatabase(address, name)
  return {
    name,
    uri,
    drop: async () => {
      const client = new MongoClient(uri)
      await client.db(name).dropDatabase()
      await client.close()
      await giveBack()
    },
  }
}

/** Suites for each server that is there, except the kinds that cannot carry them; without any a pending test that says why, or how to enable them. */
export function onEachMongo(title: string, suite: (server: MongoServer) => void, except: readonly ServerKind[] = []): void {
  const servers = MONGO_SERVERS.filter(({ kind }) => !except.includes(kind))
  for (const server of servers) describe(`${title} (${server.name})`, () => suite(server))
  if (servers.length > 0) return
  if (MONGO_SERVERS.length > 0) it(`${title}: not on ${MONGO_SERVERS.map(({ name }) => name).join(', ')}`)
  else if (process.env['REQUIRE_MONGODB'] === '1') {
    it(title, () => {
      throw new Error(`no server for this test: ${HOW}`)
    })
  } else it(`${title}: ${HOW}`)
}

/** Why no proxy of the tests can stand before the server that the environment names; undefined when one can. */
export function withoutProxy(hosts: Hosts): string | undefined {
  const given = process.env['MONGODB_URI'] ?? ''
  return given === '' ? undefined : unproxied(given, hosts)
}

/** The same for suites that put a proxy before the server; pending, with the reason, where none can stand. */
export function onEachProxiedMongo(title: string, hosts: Hosts, suite: (server: MongoServer) => void): void {
  const reason = withoutProxy(hosts)
  if (reason === undefined) onEachMongo(title, suite)
  else it(`${title}: ${reason}`)
}
