import { pathToFileURL } from 'node:url'
import type { Storage } from '../../ports/storage.js'
import { slow } from '../support/slow.js'
import type { Reopening } from './opened.js'

/** One method of one port of the store. */
export interface Call {
  readonly port: keyof Storage
  readonly method: string
  readonly args: readonly unknown[]
}

/** What one process is asked: to open a store, to call it (all calls at once, each with random pauses), to close it. */
export type Task =
  | { readonly kind: 'open'; readonly reopening: Reopening; readonly seed: number }
  | { readonly kind: 'call'; readonly calls: readonly Call[] }
  | { readonly kind: 'close' }

export type Answer = { readonly value: unknown } | { readonly problem: string }

type Opener = (...args: readonly unknown[]) => Promise<Storage>

let storage: Storage | undefined
let slowStorage: Storage | undefined

async function open({ module, name = 'default', args }: Reopening): Promise<Storage> {
  const url = module.startsWith('file:') ? module : pathToFileURL(module).href
  const opener = ((await import(url)) as Readonly<Record<string, unknown>>)[name]
  if (typeof opener !== 'function') throw new TypeError(`${module} exports no function ${name}`)
  return (opener as Opener)(...args)
}

async function call({ port, method, args }: Call): Promise<unknown> {
  const target = slowStorage?.[port]
  if (target === undefined) throw new Error(`there is no ${port} to call`)
  return Reflect.apply(Reflect.get(target, method) as (...all: readonly unknown[]) => unknown, target, args)
}

async function perform(task: Task): Promise<unknown> {
  switch (task.kind) {
    case 'open':
      storage = await open(task.reopening)
      slowStorage = slow(storage, task.seed)
      return undefined
    case 'call':
      return Promise.all(task.calls.map(call))
    case 'close':
      return storage?.maintenance.close()
  }
}

async function answer(task: Task): Promise<void> {
  const told: Answer = await perform(task).then(
    (value) => ({ value }),
    (error: unknown) => ({ problem: error instanceof Error ? (error.stack ?? error.message) : String(error) }),
  )
  if (process.connected) process.send?.(told)
}

process.on('message', (task) => void answer(task as Task))
process.send?.({ value: 'ready' } satisfies Answer)
