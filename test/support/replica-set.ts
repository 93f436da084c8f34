import { spawn, type ChildProcess } from 'node:child_process'
import { mkdir, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { MongoClient } from 'mongodb'
import { freePort } from './server.js'

const NAME = 'tests'
/** An election takes up to about 12 s, the first one too. */
const TRIES = 300
const PAUSE_MS = 100

export interface ReplicaSet {
  uri(database: string): string
  /** Kills the primary with SIGKILL and waits until another member is elected; answers the one that was killed. */
  failOver(): Promise<string>
  /** Starts a killed member again on its port and data, and waits until it follows or leads. */
  bringBack(host: string): Promise<void>
  stop(): Promise<void>
}

/** Three members, each a process of the given mongod with data of its own. */
export async function startReplicaSet(mongod: string): Promise<ReplicaSet> {
  const folder = await mkdtemp(join(tmpdir(), 'portcullis-replica-set-'))
  const hosts = [await freePort(), await freePort(), await freePort()].map((port) => `127.0.0.1:${port.toString()}`)
  const members = new Map<string, ChildProcess>()
  const start = async (host: string): Promise<void> => {
    const port = new URL(`tcp://${host}`).port
    const data = join(folder, port)
    await mkdir(data, { recursive: true })
    const options = ['--replSet', NAME, '--bind_ip', '127.0.0.1', '--port', port, '--dbpath', data, '--quiet']
    members.set(host, spawn(mongod, options, { stdio: 'ignore' }))
  }
  await Promise.all(hosts.map(start))
  await initiate(hosts)
  await primaryOf(hosts)
  return {
    uri: (database) => `mongodb://${hosts.join(',')}/${database}?replicaSet=${NAME}`,
    failOver: async () => {
      const killed = await primaryOf(hosts)
      await kill(members.get(killed))
      await primaryOf(hosts.filter((host) => host !== killed))
      return killed
    },
    bringBack: async (host) => {
      await start(host)
      await until(async () => {
        const hello = await helloOf(host)
        return hello?.['secondary'] === true || hello?.['isWritablePrimary'] === true
      })
    },
    stop: async () => {
      await Promise.all([...members.values()].map(kill))
      await rm(folder, { recursive: true, force: true })
    },
  }
}

async function kill(member: ChildProcess | undefined): Promise<void> {
  if (member?.exitCode !== null || member.signalCode !== null) return
  const ended = new Promise((exited) => member.once('exit', exited))
  member.kill('SIGKILL')
  await ended
}

async function ask(host: string, command: Record<string, unknown>) {
  const client = new MongoClient(`mongodb://${host}/`, { directConnection: true, serverSelectionTimeoutMS: 500 })
  try {
    return await client.db('admin').command(command)
  } finally {
    await client.close()
  }
}

const helloOf = (host: string) => ask(host, { hello: 1 }).catch(() => undefined)

async function initiate(hosts: readonly string[]): Promise<void> {
  await until(async () => (await Promise.all(hosts.map(helloOf))).every((hello) => hello !== undefined))
  const [first = ''] = hosts
  await ask(first, { replSetInitiate: { _id: NAME, members: hosts.map((host, _id) => ({ _id, host })) } })
}

async function primaryOf(hosts: readonly string[]): Promise<string> {
  let primary: string | undefined
  await until(async () => {
    const hellos = await Promise.all(hosts.map(helloOf))
    primary = hosts.find((_, i) => hellos[i]?.['isWritablePrimary'] === true)
    return primary !== undefined
  })
  return primary ?? ''
}

async function until(isSo: () => Promise<boolean>): Promise<void> {
  for (let tries = 0; tries < TRIES; tries++) {
    if (await isSo()) return
    await wait(PAUSE_MS)
  }
  throw new Error('the replica set does not come to rest')
}
