import { expect } from 'chai'
import { MongoClient, type CommandStartedEvent, type Document } from 'mongodb'
import { openMongoStorage } from '../../adapters/mongo/storage.js'
import type { Storage } from '../../ports/storage.js'
import { callEndings, callEverything } from '../support/every-call.js'
import { lossyProxy } from '../support/lossy-proxy.js'
import { freshDatabase, onEachMongo, withoutProxy, type FreshDatabase } from '../support/mongo.js'

/** What a command looks for, as finds: a stand-in explains nothing else. */
function findsOf({ commandName, command }: CommandStartedEvent): readonly Document[] {
  const collection: unknown = command[commandName]
  const find = (filter: unknown, more: object = {}) => ({ find: collection, filter, ...more })
  const { sort, hint } = command as { sort?: unknown; hint?: unknown }
  switch (commandName) {
    case 'find':
      return [find(command['filter'], { ...(sort !== undefined && { sort }), ...(hint !== undefined && { hint }) })]
    case 'findAndModify':
      return [find(command['query'])]
    case 'update':
      return (command['updates'] as Document[]).map(({ q }) => find(q))
    case 'delete':
      return (command['deletes'] as Document[]).map(({ q }) => find(q))
    case 'aggregate':
      return [find((command['pipeline'] as Document[])[0]?.['$match'])]
    default:
      return []
  }
}

const SEARCHING = ['find', 'findAndModify', 'update', 'delete', 'aggregate']
/** What says how a command is sent and confirmed, and nothing about what it looks for. */
const SENT_ALONG = ['lsid', 'txnNumber', '$clusterTime', '$db', '$readPreference', 'readConcern', 'writeConcern', 'maxTimeMS']

/** The command itself, in parts where it says several things: a server explains one at a time. */
function partsOf({ commandName, command }: CommandStartedEvent): readonly Document[] {
  if (!SEARCHING.includes(commandName)) return []
  const bare: Document = Object.fromEntries(Object.entries(command).filter(([name]) => !SENT_ALONG.includes(name)))
  for (const list of ['updates', 'deletes']) if (list in bare) return (bare[list] as Document[]).map((one) => ({ ...bare, [list]: [one] }))
  return [bare]
}

/** What was chosen, of each part of a plan. */
function winningPlans(explained: unknown): readonly unknown[] {
  if (typeof explained !== 'object' || explained === null) return []
  return Object.entries(explained).flatMap(([name, value]) => (name === 'winningPlan' ? [value as unknown] : winningPlans(value)))
}

/** By the names of its stages: 8 says EXPRESS_… for an _id, before it was IDHACK; what only counts is a COUNT_SCAN. */
const USES_AN_INDEX = /IXSCAN|IDHACK|EXPRESS_|COUNT_SCAN/

/** Without the values, so that what is sent many times is explained once. */
const shapeOf = (command: Document): string =>
  JSON.stringify(command, (name, value: unknown) =>
    typeof value === 'object' || SEARCHING.includes(name) || value === 1 ? value : typeof value,
  )

const UNSEARCHING = ['insert', 'hello', 'ping', 'listCollections', 'listIndexes', 'endSessions', 'count']

onEachMongo('what the MongoDB adapter sends', (server) => {
  let database: FreshDatabase
  let client: MongoClient
  let storage: Storage
  const sent: CommandStartedEvent[] = []
  let isListening = false
  const onCommand = (event: CommandStartedEvent) => isListening && sent.push(event)

  /** What is asked again, because the answer was lost, counts what it did itself. */
  async function callAgain(): Promise<void> {
    const proxy = await lossyProxy(database.uri)
    const lossy = await openMongoStorage(proxy.uri, { onCommand })
    await callEndings(lossy, () => proxy.lose(1))
    await lossy.maintenance.close()
    await proxy.close()
  }

  before(async function () {
    this.timeout(60_000)
    database = await freshDatabase(server)
    client = new MongoClient(database.uri)
    storage = await openMongoStorage(database.uri, { onCommand })
    await storage.maintenance.prepare()
    isListening = true
    await callEverything(storage)
    if (withoutProxy('one host') === undefined) await callAgain()
  })
  after(async () => {
    await storage.maintenance.close()
    await client.close()
    await database.drop()
  })

  /** A stand-in plans finds alone. */
  const plansFinds = server.kind === 'SecantusDB'
  const searchesOf = plansFinds ? findsOf : partsOf

  const plan = async (command: Document) =>
    JSON.stringify(winningPlans(await client.db().command({ explain: command, verbosity: 'queryPlanner' })))

  /** A stand-in plans for filters with a single condition, too: there it is enough that an index serves one of the conditions. */
  const plansOf = async (command: Document): Promise<string[]> => {
    if (!plansFinds) return [await plan(command)]
    const filter = command['filter'] as object
    const each = Object.entries(filter).map(([field, value]) => ({ [field]: value as unknown }))
    return Promise.all((each.length === 0 ? [filter] : each).map((condition) => plan({ ...command, filter: condition })))
  }
  const usesAnIndex = async (command: Document) =>
    (await plansOf(command)).some((found) => USES_AN_INDEX.test(found) && !found.includes('COLLSCAN'))

  it('is explained here, every kind of command', () => {
    const searching = sent.filter((event) => searchesOf(event).length > 0)
    expect(searching.length).to.be.greaterThan(80)
    expect(new Set(searching.map(({ commandName }) => commandName))).to.include.keys(SEARCHING.filter((name) => name !== 'aggregate'))
    const others = sent.filter((event) => searchesOf(event).length === 0).map(({ commandName }) => commandName)
    expect(UNSEARCHING).to.include.members(others)
  })

  const COUNTS = 'counts what was done when it is asked again'
  const reason = withoutProxy('one host')
  if (reason !== undefined) it(`${COUNTS}: ${reason}`)
  else
    it(COUNTS, () => {
      const counted = sent.filter(({ commandName }) => commandName === 'aggregate').map((event) => JSON.stringify(findsOf(event)))
      for (const mark of ['endAttempt', 'removedBy']) expect(counted.filter((find) => find.includes(mark))).to.not.deep.equal([])
    })

  it('reads no collection whole', async () => {
    const distinct = new Map(sent.flatMap(searchesOf).map((command) => [shapeOf(command), command]))
    for (const [shape, command] of distinct) expect(await usesAnIndex(command), shape).to.equal(true)
  })

  it('would be found out: a filter without an index reads the collection whole', async () => {
    expect(await plan({ find: 'users', filter: { email: 'ada@example.org' } })).to.include('COLLSCAN')
    for (const filter of [{ email: 'ada@example.org' }, { email: 'ada@example.org', name: null }, {}])
      expect(await usesAnIndex({ find: 'users', filter }), JSON.stringify(filter)).to.equal(false)
  })
})
