import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { setTimeout as pause } from 'node:timers/promises'
import { deserialize, serialize } from 'node:v8'
import { AGGREGATES, InvalidInput, recordKey, StoreUnavailable } from '../../src/ports.js'
import { approved, changedFactor, changedUser, counted, factorMethods, givenBack, meets, noted } from '../../src/ports.js'
import type { Aggregate, AttemptId, EndReason, Grant, GrantFilter, Records, SessionFilter, Storage } from '../../src/ports.js'

type Tables = { readonly [A in Aggregate]: Map<string, Records[A]> }
const empty = () => Object.fromEntries(AGGREGATES.map((of) => [of, new Map()])) as unknown as Tables

/** One file, read and replaced as a whole. Any number of processes may use it: they take turns at a lock beside it. */
function storeFile(path: string) {
  const read = async <T>(look: (tables: Tables) => T): Promise<T> => {
    if (!existsSync(path)) throw new StoreUnavailable(`${path} is not there; make it with: portcullis store prepare`)
    return look(deserialize(readFileSync(path)) as Tables)
  }
  const rewrite = async <T>(change: (tables: Tables) => T): Promise<T> => {
    await lock(`${path}.lock`)
    try {
      const tables = existsSync(path) ? await read((found) => found) : empty()
      const answer = change(tables)
      writeFileSync(`${path}.new`, serialize(tables), { mode: 0o600, flush: true })
      renameSync(`${path}.new`, path)
      return answer
    } finally {
      rmSync(`${path}.lock`, { recursive: true, force: true })
    }
  }
  let turn: Promise<unknown> = Promise.resolve()
  /** The whole guarantee: nobody else writes between what `change` sees and what it leaves, and that is on the disk before the answer. */
  const write = <T>(change: (tables: Tables) => T): Promise<T> => {
    const next = turn.catch(() => undefined).then(() => rewrite(change))
    turn = next
    return next
  }
  return { read, write, isThere: () => existsSync(path) }
}

/** A folder can be made once. Nobody holds it for 15 s: one that is so old was left by a process that died. */
async function lock(folder: string, tries = 10_000): Promise<void> {
  try {
    mkdirSync(folder)
  } catch (cause) {
    if (tries === 0) throw new StoreUnavailable(`${folder} cannot be made, or somebody does not let it go`, { cause })
    if (Date.now() - Number(statSync(folder, { throwIfNoEntry: false })?.mtimeMs) > 15_000) rmSync(folder, { recursive: true, force: true })
    await pause(2).then(() => lock(folder, tries - 1))
  }
}

/** What all repositories do with their part of the file. */
function tableIn<A extends Aggregate>(file: ReturnType<typeof storeFile>, of: A) {
  type Row = Records[A]
  type Matches = (row: Row) => boolean
  const write = <T>(change: (table: Tables[A]) => T) => file.write((tables) => change(tables[of]))
  const keyOf = (row: Row) => recordKey(of, row)
  const nameOf = (row: Row) => ('username' in row ? row.username : 'ordinal' in row ? row.ordinal : keyOf(row))
  const isTaken = (table: Tables[A], row: Row) => [...table].some(([key, one]) => key !== keyOf(row) && nameOf(one) === nameOf(row))
  /** Undefined, and nothing done, when there is no such row or `next` refuses it. */
  const step = (table: Tables[A], key: string, next: (row: Row) => Row | false) => {
    const changed = table.has(key) && next(table.get(key)!)
    return changed ? table.set(key, changed).get(key) : undefined
  }
  const add = (row: Row) => write((table) => !table.has(keyOf(row)) && !isTaken(table, row) && table.set(keyOf(row), row).size > 0)
  return {
    find: (key: string) => file.read((tables) => tables[of].get(key)),
    list: (matches: Matches = () => true) => file.read((tables) => sorted([...tables[of].values()].filter(matches), keyOf)),
    add,
    keep: (row: Row) => add(row).then(() => undefined),
    change: (key: string, next: (row: Row) => Row | false) => write((table) => step(table, key, next)),
    changeAll: (matches: Matches, next: (row: Row) => Row | false) =>
      write((table) => [...table].filter(([key, row]) => matches(row) && step(table, key, next)).length),
    remove: (key: string) => write((table) => table.delete(key)),
    removeAll: (matches: Matches) => write((table) => [...table].filter(([key, row]) => matches(row) && table.delete(key)).length),
    put: (rows: readonly Row[]) =>
      write((table) => {
        if (rows.some((row) => isTaken(table, row))) throw new InvalidInput(`${of}: another one has the user name or ordinal`)
        for (const row of rows) table.set(keyOf(row), row)
      }),
  }
}

const byText = (a: string, b: string) => Buffer.compare(Buffer.from(a), Buffer.from(b))
const sorted = <Row>(rows: Row[], textOf: (row: Row) => string) => rows.sort((a, b) => byText(textOf(a), textOf(b)))
const age = ({ createdAt }: { createdAt: Date }) => createdAt.toISOString()
const spent = (spentBy: AttemptId, spentAt: Date) => (flow: Records['flows']) =>
  flow.spentBy === spentBy ? flow : !flow.spentAt && flow.expiresAt > spentAt && { ...flow, spentAt, spentBy }
const isAfter = (was: Records['clients'], next: Records['clients']) =>
  was.registration === next.registration && was.revision === next.revision - 1
const done = async (change: Promise<unknown>) => !!(await change)
const counts = (tables: Tables) => Object.fromEntries(AGGREGATES.map((of) => [of, tables[of].size]))
const isAlive = (grant: Grant) => grant.endedAt === undefined
const ended = (endedBy: EndReason, endedAt: Date) => (grant: Grant) => isAlive(grant) && { ...grant, endedAt, endedBy }
const belongs = (filter: SessionFilter) => (row: Records['sessions']) => row.userId === filter.userId && row.id !== filter.except
const owns = (f: GrantFilter) => (row: Grant | Records['consents']) =>
  (f.userId ?? row.userId) === row.userId && (f.clientId ?? row.clientId) === row.clientId
const named = (filter: GrantFilter) => {
  if (Object.values(filter).every((value) => value === undefined)) throw new TypeError('a filter without fields would match everything')
  return owns(filter)
}
/** Opens the store that `module:…/file-store.js?FILE` names. */
export default async function openFileStore(url: string): Promise<Storage> {
  const file = storeFile(url.slice(url.indexOf('?') + 1))
  const tables = Object.fromEntries(AGGREGATES.map((of) => [of, tableIn(file, of)])) as { [A in Aggregate]: ReturnType<typeof tableIn<A>> }
  const { clients, users, grants, consents, sessions, flows, keys, scopes, resources, deniedTokens, attempts } = tables
  return {
    grants: {
      ...grants,
      save: grants.keep,
      redeem: (id, { attempt, at, refresh, expiresAt }) =>
        grants.change(id, (grant) => {
          if (isAlive(grant) && grant.code.redeemedBy === attempt) return grant
          const lineage = refresh && { refresh: { generation: 1, rotatedAt: at, ...refresh } }
          const redeemed = { ...grant, code: { ...grant.code, redeemedAt: at, redeemedBy: attempt }, ...lineage, expiresAt }
          return isAlive(grant) && grant.code.redeemedAt === undefined && grant.code.expiresAt > at && redeemed
        }),
      rotate: (id, from, { attempt, at, idleExpiresAt }) =>
        grants.change(id, ({ refresh: was, ...grant }) => {
          if (!isAlive(grant) || was === undefined) return false
          if (was.rotatedBy === attempt && was.generation === from + 1) return { ...grant, refresh: was }
          const refresh = { ...was, generation: from + 1, rotatedAt: at, rotatedBefore: was.rotatedAt, rotatedBy: attempt, idleExpiresAt }
          return was.generation === from && was.idleExpiresAt > at && was.expiresAt > at && { ...grant, refresh }
        }),
      end: (id, why, at) => done(grants.change(id, ended(why, at))),
      endAll: async (filter, why, at) => grants.changeAll(named(filter), ended(why, at)),
      list: async (filter, at) => sorted(await grants.list((one) => owns(filter)(one) && isAlive(one) && one.expiresAt > at), age),
    },
    clients: { ...clients, replace: async (next) => !!(await clients.change(next.id, (was) => isAfter(was, next) && next)) },
    users: {
      ...users,
      findByUsername: async (username) => (await users.list((user) => user.username === username))[0],
      list: async () => sorted(await users.list(), (user) => user.username),
      change: (id, change, provided = {}) => users.change(id, (user) => meets(user, provided) && changedUser(user, change)),
      ...factorMethods((id, change) => done(users.change(id, (user) => changedFactor(user, change) ?? false))),
      note: (id, event) => users.change(id, (user) => noted(user, event)).then(() => undefined),
      rehash: (id, from, to) => users.change(id, (was) => was.passwordHash === from && { ...was, passwordHash: to }).then(() => undefined),
    },
    consents: {
      find: async (userId, clientId) => (await consents.list(owns({ userId, clientId })))[0],
      remember: (approval) =>
        file.write(({ consents: table }) => {
          const key = recordKey('consents', approved(undefined, approval))
          table.set(key, approved(table.get(key), approval))
        }),
      forget: async (filter) => consents.removeAll(named(filter)),
      list: async (filter) => sorted(await consents.list(owns(filter)), age),
    },
    sessions: {
      ...sessions,
      begin: sessions.keep,
      touch: async (id, lastSeenAt, idleExpiresAt) => !!(await sessions.change(id, (was) => ({ ...was, lastSeenAt, idleExpiresAt }))),
      end: sessions.remove,
      endAll: (filter) => sessions.removeAll(belongs(filter)),
      list: async (filter) => sorted(await sessions.list(belongs(filter)), age),
    },
    flows: { ...flows, begin: flows.keep, spend: async (id, by, at) => !!(await flows.change(id, spent(by, at))) },
    keys: {
      ...keys,
      list: async () => (await keys.list()).sort((a, b) => a.ordinal - b.ordinal),
      retire: (kid, at) => done(keys.change(kid, (key) => !key.retiredAt && { ...key, retiredAt: at })),
      reseal: (kid, from, to) => done(keys.change(kid, (key) => key.sealedPrivateKey === from && { ...key, sealedPrivateKey: to })),
    },
    scopes: { ...scopes, replace: async (scope) => !!(await scopes.change(scope.name, () => scope)) },
    resources,
    deniedTokens: { deny: deniedTokens.keep, isDenied: async (jti) => !!(await deniedTokens.find(jti)) },
    attempts: {
      reserve: (key, at, until) => file.write(({ attempts: of }) => of.set(key, counted(of.get(key), key, at, until)).get(key)!),
      giveBack: (key, until) => attempts.change(key, (was) => givenBack(was, until) ?? false).then(() => undefined),
    },
    maintenance: {
      ready: () => file.read(() => undefined),
      isEmpty: async () => !file.isThere(),
      prepare: async ({ dryRun = false } = {}) => (file.isThere() ? [] : dryRun ? ['the file'] : file.write(() => ['the file'])),
      status: async () => ({ store: 'file', schema: { version: 1, wanted: 1, pending: [] }, rows: await file.read(counts) }),
      prune: async (at) => ({
        grants: await grants.removeAll((grant) => !isAlive(grant) || grant.expiresAt <= at),
        sessions: await sessions.removeAll(({ idleExpiresAt, expiresAt }) => idleExpiresAt <= at || expiresAt <= at),
        flows: await flows.removeAll(({ spentAt, expiresAt }) => spentAt !== undefined || expiresAt <= at),
        deniedTokens: await deniedTokens.removeAll(({ expiresAt }) => expiresAt <= at),
        attempts: await attempts.removeAll(({ until }) => until <= at),
      }),
      close: () => Promise.resolve(),
    },
    transfer: {
      read: async (of, limit, after = '') => {
        const rest = (await tables[of].list()).filter((row) => byText(recordKey(of, row), after) > 0)
        const records = rest.slice(0, limit)
        return rest.length > limit ? { records, next: recordKey(of, records.at(-1)!) } : { records }
      },
      get: (of, wanted) => tables[of].list((row) => wanted.includes(recordKey(of, row))),
      put: (of, rows) => tables[of].put(rows),
    },
  }
}
