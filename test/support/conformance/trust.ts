import { globalAgent } from 'node:https'

interface Dispatcher {
  readonly constructor: new (options: { connect: { ca: string } }) => Dispatcher
  close(): Promise<void>
}

/** Where fetch looks for whom it may believe: Node 24 has both, before it there was the second, after it that is for others alone. */
const DISPATCHERS = ['undici.globalDispatcher.2', 'undici.globalDispatcher.1'].map((name) => Symbol.for(name))

/** `fetch` and node:https of this process take the certificate for a true one until what is answered is called. */
export async function trust(ca: string): Promise<() => Promise<void>> {
  // The first fetch makes them.
  await fetch('data:,')
  const globals = globalThis as unknown as Record<symbol, Dispatcher>
  const before = DISPATCHERS.filter((name) => name in globals).map((name) => [name, globals[name]!] as const)
  const believing = new before[0]![1].constructor({ connect: { ca } })
  for (const [name] of before) globals[name] = believing
  globalAgent.options.ca = ca
  return async () => {
    for (const [name, dispatcher] of before) globals[name] = dispatcher
    delete globalAgent.options.ca
    await believing.close()
  }
}
