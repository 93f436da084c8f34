import type { Storage } from '../ports/storage.js'

/** Every port of a Storage with its methods; the compiler keeps it complete. */
const METHODS: { readonly [Port in keyof Storage]: Readonly<Record<keyof Storage[Port], true>> } = {
  clients: { find: true, list: true, add: true, replace: true, remove: true },
  users: {
    find: true,
    findByUsername: true,
    list: true,
    add: true,
    change: true,
    rehash: true,
    acceptStep: true,
    spendRecoveryCode: true,
    resealSecondFactor: true,
    note: true,
    remove: true,
  },
  grants: { save: true, find: true, redeem: true, rotate: true, end: true, endAll: true, list: true },
  consents: { find: true, remember: true, forget: true, list: true },
  sessions: { begin: true, find: true, touch: true, end: true, endAll: true, list: true },
  flows: { begin: true, find: true, spend: true },
  keys: { list: true, add: true, retire: true, reseal: true },
  scopes: { list: true, add: true, replace: true, remove: true },
  resources: { list: true, add: true, remove: true },
  deniedTokens: { deny: true, isDenied: true },
  attempts: { reserve: true, giveBack: true },
  maintenance: { ready: true, status: true, isEmpty: true, prepare: true, prune: true, close: true },
  transfer: { read: true, get: true, put: true },
}

const memberOf = (thing: unknown, name: string): unknown =>
  typeof thing === 'object' && thing !== null ? Reflect.get(thing, name) : undefined

/** What is missing for it to be a Storage: a port (`grants`) or a method of one (`grants.redeem`); undefined when nothing is. */
export function missingOf(storage: unknown): string | undefined {
  for (const [port, methods] of Object.entries(METHODS)) {
    if (typeof (memberOf(storage, port) ?? undefined) !== 'object') return port
    for (const method of Object.keys(methods))
      if (typeof memberOf(memberOf(storage, port), method) !== 'function') return `${port}.${method}`
  }
  return undefined
}
