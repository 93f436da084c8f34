import { openSqliteStorage } from '../../adapters/sqlite/storage.js'
import type { AttemptId, GrantId } from '../../domain/ids.js'
import type { Storage } from '../../ports/storage.js'
import { after, NOW } from './builders.js'

/** What one process does to a file. Ids are given, because two processes would build the same ones. */
export type Task =
  | { readonly kind: 'prepare'; readonly file: string }
  | { readonly kind: 'redeem'; readonly file: string; readonly grant: GrantId; readonly attempts: readonly AttemptId[] }
  | { readonly kind: 'rotate'; readonly file: string; readonly grant: GrantId; readonly attempts: readonly AttemptId[] }
  | { readonly kind: 'add'; readonly file: string; readonly scopes: readonly string[] }

const redeem = async ({ grants }: Storage, grant: GrantId, attempt: AttemptId) => {
  const refresh = { idleExpiresAt: after(1), expiresAt: after(2) }
  return (await grants.redeem(grant, { attempt, at: NOW, refresh, expiresAt: after(3) }))?.code.redeemedBy
}

const rotate = async ({ grants }: Storage, grant: GrantId, attempt: AttemptId) =>
  (await grants.rotate(grant, 7, { attempt, at: NOW, idleExpiresAt: after(1) }))?.refresh?.rotatedBy

/** One after the other, so that each is a commit of its own. */
async function add({ scopes }: Storage, names: readonly string[]): Promise<number> {
  let added = 0
  for (const name of names) if (await scopes.add({ name, description: name })) added++
  return added
}

async function perform(storage: Storage, task: Task): Promise<unknown> {
  switch (task.kind) {
    case 'prepare':
      return storage.maintenance.prepare()
    case 'redeem':
      return Promise.all(task.attempts.map(async (attempt) => (await redeem(storage, task.grant, attempt)) ?? null))
    case 'rotate':
      return Promise.all(task.attempts.map(async (attempt) => (await rotate(storage, task.grant, attempt)) ?? null))
    case 'add':
      return add(storage, task.scopes)
  }
}

async function work(task: Task): Promise<void> {
  const storage = await openSqliteStorage(task.file)
  const answer = await perform(storage, task)
  await storage.maintenance.close()
  process.send?.(answer, () => process.disconnect())
}

process.once('message', (task) => void work(task as Task))
process.send?.('ready')
