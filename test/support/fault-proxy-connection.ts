import { connect, type Socket } from 'node:net'
import { setTimeout as wait } from 'node:timers/promises'
import type { Document } from 'mongodb'
import { commandOf, MessageReader, replyTo, type Message } from './fault-proxy-messages.js'
import { nameOf, type Fault, type FaultKind, type FaultPlan } from './fault-proxy-plan.js'

export interface Route {
  readonly host: string
  readonly port: number
  readonly plan: FaultPlan
  /** Closes new connections for so many milliseconds. */
  refuse(ms: number): void
}

/** A command whose reply has not come yet. */
interface Pending {
  readonly message: Message
  readonly command: Document
  readonly fault: Fault | undefined
  /** The server goes on answering it by itself. */
  readonly isStreamed: boolean
}

const ERRORS: Partial<Record<FaultKind, { code: number; codeName: string; errmsg: string }>> = {
  'not-primary': { code: 10107, codeName: 'NotWritablePrimary', errmsg: 'not primary' },
  shutdown: { code: 11600, codeName: 'InterruptedAtShutdown', errmsg: 'interrupted at shutdown' },
}

/** What a server of 4.4 or later says: it is the server that labels an error as retryable, and only for a command that can be retried. */
function errorOf(kind: FaultKind, command: Document): Document | undefined {
  const error = ERRORS[kind.replace('-applied', '') as FaultKind]
  if (error === undefined) return undefined
  return { ok: 0, ...error, ...('txnNumber' in command && { errorLabels: ['RetryableWriteError'] }) }
}

/** One connection through the proxy, in both directions; bytes are passed on as they came, save those of a fault. */
export class ProxiedConnection {
  readonly #client: Socket
  readonly #server: Socket
  readonly #route: Route
  readonly #pending = new Map<number, Pending>()

  constructor(client: Socket, route: Route) {
    this.#client = client
    this.#route = route
    this.#server = connect(route.port, route.host)
    this.#pipe(client, (message) => this.#onCommand(message))
    this.#pipe(this.#server, (message) => this.#onReply(message))
  }

  /** Both sides see a reset. */
  cut = (): void => {
    this.#client.resetAndDestroy()
    this.#server.resetAndDestroy()
  }

  /** Messages are handled one after the other, so that a delay keeps their order. */
  #pipe(socket: Socket, handle: (message: Message) => Promise<void> | void): void {
    const reader = new MessageReader()
    let last = Promise.resolve()
    socket.setNoDelay(true)
    socket.on('error', this.cut)
    socket.on('close', this.cut)
    socket.on('data', (chunk: Buffer) => {
      last = last
        .then(async () => {
          for (const message of reader.push(chunk)) await handle(message)
        })
        .catch(this.cut)
    })
  }

  async #onCommand(message: Message): Promise<void> {
    const command = commandOf(message)
    const fault = this.#route.plan.next(nameOf(command))
    if (fault !== undefined && !fault.kind.endsWith('-applied') && !(await this.#survives(fault, message, command))) return
    if (!message.hasMoreToCome) this.#pending.set(message.id, { message, command, fault, isStreamed: false })
    this.#server.write(message.bytes)
    if (message.hasMoreToCome && fault?.kind === 'cut-applied') this.#server.end(() => this.cut())
  }

  /** Each streamed reply is, for the faults, a command of its own. */
  async #onReply(message: Message): Promise<void> {
    const pending = this.#pending.get(message.answers)
    this.#pending.delete(message.answers)
    if (pending !== undefined) {
      const { command, isStreamed } = pending
      if (message.hasMoreToCome) this.#pending.set(message.id, { ...pending, isStreamed: true })
      const fault = isStreamed ? this.#route.plan.next(nameOf(command)) : pending.fault
      const isNow = isStreamed || fault?.kind.endsWith('-applied') === true
      const asked = { ...pending.message, id: message.answers }
      if (fault !== undefined && isNow && !(await this.#survives(fault, asked, command))) return
    }
    this.#client.write(message.bytes)
  }

  /** Does the fault; false when the message goes no further. */
  async #survives({ kind, ms = 200 }: Fault, asked: Message, command: Document): Promise<boolean> {
    const error = errorOf(kind, command)
    if (kind === 'delay') await wait(ms)
    else if (kind === 'refuse') this.#route.refuse(ms)
    if (kind === 'refuse' || kind.startsWith('cut')) this.cut()
    else if (error !== undefined && !asked.hasMoreToCome) this.#client.write(replyTo(asked, error))
    return kind === 'delay'
  }
}
