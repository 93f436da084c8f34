import { fork } from 'node:child_process'
import { extname } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Task } from './sqlite-worker.js'

const WORKER = fileURLToPath(new URL(`./sqlite-worker${extname(import.meta.url)}`, import.meta.url))

/** Runs each task in a process of its own, all begun at the same moment; what each answers. */
export async function inProcesses<Answer>(tasks: readonly Task[]): Promise<readonly Answer[]> {
  const workers = await Promise.all(tasks.map(startWorker))
  return Promise.all(workers.map(async (perform) => (await perform()) as Answer))
}

async function startWorker(task: Task): Promise<() => Promise<unknown>> {
  const child = fork(WORKER, { execArgv: ['--import', 'tsx'] })
  const message = () =>
    new Promise<unknown>((resolve, reject) => {
      child.once('message', resolve)
      child.once('error', reject)
      child.once('exit', (code) => reject(new Error(`the process ended with ${code ?? 'a signal'}`)))
    })
  await message()
  return () => {
    child.send(task)
    return message()
  }
}
