import type { Storage } from '../../ports/storage.js'

/** A process that dies does so at one of its writes: before it happens, or when it has happened and nobody was told. */
export const WAYS_TO_DIE = ['before', 'after'] as const
export type WayToDie = (typeof WAYS_TO_DIE)[number]

/** What a process that died would have gone on with. */
export class Died extends Error {
  override readonly name = 'Died'
}

/** A process as its storage sees it. */
export interface Dying {
  readonly storage: Storage
  isDead(): boolean
}

/** Reads, and what a person is shown of what happened: that may be missing. */
const HARMLESS = new Set(['note', 'find', 'findByUsername', 'list', 'ready', 'status', 'isEmpty', 'read', 'get', 'isDenied'])

type Method = (...args: unknown[]) => Promise<unknown>

/** The storage of a process that dies at its write number `at`, counted from 1: that call and every later one throws. */
export function dying(storage: Storage, at: number, way: WayToDie): Dying {
  let writes = 0
  let dead = false
  const mustLive = () => {
    if (dead) throw new Died()
  }
  const wrap = (port: object, name: string | symbol, method: Method) => {
    return async (...args: unknown[]) => {
      mustLive()
      dead = !HARMLESS.has(String(name)) && ++writes === at
      if (way === 'before') mustLive()
      const answer = await method.apply(port, args)
      mustLive()
      return answer
    }
  }
  const mortal = <Port extends object>(port: Port): Port =>
    new Proxy({} as Port, {
      get: (_, name) => {
        const member: unknown = Reflect.get(port, name)
        if (typeof member === 'function') return wrap(port, name, member as Method)
        return typeof member === 'object' && member !== null ? mortal(member) : member
      },
    })
  return { storage: mortal(storage), isDead: () => dead }
}
