import type { Command } from 'commander'
import { verb } from './command.js'
import type { Operator } from './operator.js'

export function addServeCommand(program: Command, operator: Operator): void {
  verb(program, 'serve', 'run the server until it is told to stop; its log is JSON lines').action(() => operator.serve())
}
