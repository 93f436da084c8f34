import type { Command } from 'commander'
import type { Scope } from '../../domain/scope.js'
import { destructive, verb } from './command.js'
import type { ConfirmOptions, Operator, OutputOptions } from './operator.js'
import { sheet, table } from './output.js'

interface DescriptionOptions extends OutputOptions {
  readonly description: string
}

export function addScopeCommands(program: Command, operator: Operator): void {
  const noun = program.command('scope').description('permissions, with the words that people read when they approve')
  const tell = (options: OutputOptions, scope: Scope): void => operator.tell(options, view(scope), sheet({ ...scope }))
  withDescription(verb(noun, 'create <name>', 'add a scope')).action(
    async (name: string, { description, ...options }: DescriptionOptions) => {
      tell(options, await operator.administer((administering, source) => administering.createScope({ name, description }, source)))
    },
  )
  withDescription(verb(noun, 'update <name>', 'change what people read')).action(
    async (name: string, { description, ...options }: DescriptionOptions) => {
      tell(options, await operator.administer((administering, source) => administering.updateScope({ name, description }, source)))
    },
  )
  verb(noun, 'list', 'list the scopes').action(async (options: OutputOptions) => {
    const scopes = await operator.administer((administering) => administering.listScopes())
    const rows = scopes.map(({ name, description }) => ({ name, description }))
    operator.tell(options, { scopes: scopes.map(view) }, table(rows, 'There are no scopes.'))
  })
  destructive(noun, 'delete <name>', 'delete a scope; no token carries it any more').action(
    async (name: string, options: ConfirmOptions) => {
      await operator.confirm(options, `Delete scope ${name}`)
      await operator.administer((administering, source) => administering.deleteScope(name, source))
      operator.tell(options, { id: name, deleted: true }, 'Deleted.\n')
    },
  )
}

const withDescription = (command: Command): Command => command.requiredOption('--description <words>', 'what people read when they approve')

const view = ({ name, description }: Scope) => ({ id: name, name, description })
