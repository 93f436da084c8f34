import { fork, type ChildProcess } from 'node:child_process'
import { extname } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Reopening } from './opened.js'
import type { Answer, Call, Task } from './process-worker.js'

const WORKER = fileURLToPath(new URL(`./process-worker${extname(import.meta.url)}`, import.meta.url))

export const PROCESSES = 3

/** One for each process. */
export const forEachProcess = <Value>(make: (process: number) => Value): Value[] => Array.from({ length: PROCESSES }, (_, i) => make(i))

/** Three processes that share a store. They begin with the options of this one, so that what this one can import they can. */
export class ProcessPool {
  readonly #children: readonly ChildProcess[]

  private constructor(children: readonly ChildProcess[]) {
    this.#children = children
  }

  static async start(): Promise<ProcessPool> {
    const children = forEachProcess(() => fork(WORKER, { serialization: 'advanced' }))
    await Promise.all(children.map(answerOf))
    return new ProcessPool(children)
  }

  async open(reopening: Reopening): Promise<void> {
    await this.#ask((process) => ({ kind: 'open', reopening, seed: process + 1 }))
  }

  /** The answers of each process to its calls, which are made at the same moment by all. */
  async call(callsOf: (process: number) => readonly Call[]): Promise<readonly (readonly unknown[])[]> {
    return (await this.#ask((process) => ({ kind: 'call', calls: callsOf(process) }))) as readonly (readonly unknown[])[]
  }

  async close(): Promise<void> {
    await this.#ask(() => ({ kind: 'close' }))
  }

  /** The processes are gone. */
  async end(): Promise<void> {
    await Promise.all(
      this.#children.map(async (child) => {
        const ended = new Promise((exited) => child.once('exit', exited))
        if (child.connected) child.disconnect()
        if (child.exitCode === null && child.signalCode === null) await ended
      }),
    )
  }

  #ask(taskOf: (process: number) => Task): Promise<readonly unknown[]> {
    return Promise.all(
      this.#children.map((child, process) => {
        const answer = answerOf(child)
        child.send(taskOf(process))
        return answer
      }),
    )
  }
}

function answerOf(child: ChildProcess): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const ended = (code: number | null) => reject(new Error(`a process that shares the store ended with ${code ?? 'a signal'}`))
    child.once('exit', ended)
    child.once('message', (message) => {
      child.off('exit', ended)
      const answer = message as Answer
      if ('problem' in answer) reject(new Error(answer.problem))
      else resolve(answer.value)
    })
  })
}
