import type { Storage } from '../../ports/storage.js'

/** What is to happen around the calls of a storage: `before` may throw, or wait; so may `after`, once the work is done. */
export interface Meddling {
  before?: (call: string, args: readonly unknown[]) => Promise<void> | void
  after?: (call: string) => Promise<void> | void
}

/** A storage whose every call goes through the meddling, named as `grants.find`; other than that it does its work. */
export function meddled(storage: Storage, meddling: Meddling): Storage {
  const wrapped = <Port extends object>(name: string, port: Port): Port =>
    new Proxy(port, {
      get: (_, method) => {
        const member: unknown = Reflect.get(port, method)
        if (typeof member !== 'function') return member
        const call = `${name}.${String(method)}`
        return async (...args: unknown[]): Promise<unknown> => {
          await meddling.before?.(call, args)
          const outcome = (await Reflect.apply(member, port, args)) as unknown
          await meddling.after?.(call)
          return outcome
        }
      },
    })
  const ports = Object.entries(storage) as [string, object][]
  return Object.fromEntries(ports.map(([name, port]) => [name, wrapped(name, port)])) as unknown as Storage
}
