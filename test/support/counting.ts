import type { Storage } from '../../ports/storage.js'

/** A storage that writes down every call of every repository, as `grants.find`. */
export function counting(storage: Storage, calls: string[]): Storage {
  const counted = <Port extends object>(name: string, port: Port): Port =>
    new Proxy(port, {
      get: (_, method) => {
        const member: unknown = Reflect.get(port, method)
        if (typeof member !== 'function') return member
        return (...args: unknown[]): unknown => {
          calls.push(`${name}.${String(method)}`)
          return Reflect.apply(member, port, args)
        }
      },
    })
  const ports = Object.entries(storage) as [string, object][]
  return Object.fromEntries(ports.map(([name, port]) => [name, counted(name, port)])) as unknown as Storage
}
