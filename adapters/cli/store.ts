import type { Command } from 'commander'
import { verb } from './command.js'
import type { Operator, OutputOptions } from './operator.js'
import { harmless, sheet } from './output.js'
import { addStoreCopyCommand } from './store-copy.js'

interface PrepareOptions extends OutputOptions {
  readonly dryRun?: boolean
}

export function addStoreCommands(program: Command, operator: Operator): void {
  const noun = program.command('store').description('the store as a whole')
  verb(noun, 'status', 'show what the store holds and whether its schema is the wanted one').action(async (options: OutputOptions) => {
    const [store, status] = await operator.maintain(async (ports) => [ports.describeStore, await ports.maintenance.status()] as const)
    const { schema, rows } = status
    const text = sheet({ store, schema: schema.version, wanted: schema.wanted, pending: schema.pending, ...rows })
    operator.tell(options, { store, schema, rows }, text)
  })
  verb(noun, 'prepare', 'bring the schema to the wanted version')
    .option('--dry-run', 'only say what would be done')
    .action(async ({ dryRun = false, ...options }: PrepareOptions) => {
      const steps = await operator.maintain(({ maintenance }) => maintenance.prepare({ dryRun }))
      const text = steps.map((step) => `${dryRun ? 'would do' : 'done'}: ${harmless(step)}\n`).join('')
      operator.tell(options, { dry_run: dryRun, steps }, text || 'The store is prepared already.\n')
    })
  verb(noun, 'prune', 'remove what has ended or expired').action(async (options: OutputOptions) => {
    const removed = await operator.maintain(({ maintenance, clock }) => maintenance.prune(clock.now()))
    operator.tell(options, { removed }, sheet(removed))
  })
  addStoreCopyCommand(noun, operator)
}
