import type { Command } from 'commander'
import type { Moved } from '../../ports/for-moving-stores.js'
import { verb } from './command.js'
import { MoveReport } from './move-report.js'
import type { Operator, OutputOptions } from './operator.js'
import { harmless, table } from './output.js'

interface CopyOptions extends OutputOptions {
  readonly from: string
  readonly to: string
}

const HELP = `
Stores are named as in PORTCULLIS_STORE: sqlite:PATH, mongodb://…, mongodb+srv://… or module:PATH.
What is there already and equal is not written again: a copy that was interrupted goes on where it stopped when it is run again.
Stop the servers first; what they change meanwhile makes the stores differ, and the copy says so.
Codes, tokens, second factors and signing keys go on working where the new server has the same PORTCULLIS_SECRETS (and the same
PORTCULLIS_ISSUER): sealed values are copied as they are.`

export function addStoreCopyCommand(noun: Command, operator: Operator): void {
  verb(noun, 'copy', 'copy everything from one store to another, and prove it')
    .requiredOption('--from <url>', 'the store to read')
    .requiredOption('--to <url>', 'the store to write: an empty one, or a copy that was interrupted')
    .addHelpText('after', HELP)
    .action(async ({ from, to, ...options }: CopyOptions) => {
      const moved = await operator.move(from, to, async ({ moving, describe, clock }) => {
        operator.stderr.write(`from ${harmless(describe.from)} to ${harmless(describe.to)}\n`)
        const report = new MoveReport(operator.stderr, clock)
        try {
          return await moving.move((progress) => report.tell(progress))
        } finally {
          report.end()
        }
      })
      operator.tell(options, moved, table(rowsOf(moved), 'Nothing was copied.'))
    })
}

const rowsOf = ({ copied, rows, checksums }: Moved) =>
  (Object.keys(rows) as (keyof typeof rows)[]).map((aggregate) => ({
    aggregate,
    copied: copied[aggregate],
    // What expired since it was copied does not count any more.
    already_there: Math.max(0, rows[aggregate] - copied[aggregate]),
    total: rows[aggregate],
    checksum: checksums[aggregate],
  }))
