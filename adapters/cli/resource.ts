import type { Command } from 'commander'
import type { Resource } from '../../domain/resource.js'
import { destructive, several, verb } from './command.js'
import type { ConfirmOptions, Operator, OutputOptions } from './operator.js'
import { sheet, table } from './output.js'

interface CreateOptions extends OutputOptions {
  readonly name: string
  readonly scope?: readonly string[]
}

export function addResourceCommands(program: Command, operator: Operator): void {
  const noun = program.command('resource').description('what tokens can be for (RFC 8707)')
  verb(noun, 'create <uri>', 'add a resource')
    .requiredOption('--name <name>', 'what people read')
    .option('--scope <scope>', 'a scope that makes sense there (again for more); without any, all do', several)
    .action(async (uri: string, { name, scope: scopes = [], ...options }: CreateOptions) => {
      const resource = await operator.administer((administering, source) => administering.createResource({ uri, name, scopes }, source))
      operator.tell(options, view(resource), sheet({ ...resource }))
    })
  verb(noun, 'list', 'list the resources').action(async (options: OutputOptions) => {
    const resources = await operator.administer((administering) => administering.listResources())
    const rows = resources.map(({ uri, name, scopes }) => ({ uri, name, scopes }))
    operator.tell(options, { resources: resources.map(view) }, table(rows, 'There are no resources.'))
  })
  destructive(noun, 'delete <uri>', 'delete a resource').action(async (uri: string, options: ConfirmOptions) => {
    await operator.confirm(options, `Delete resource ${uri}`)
    await operator.administer((administering, source) => administering.deleteResource(uri, source))
    operator.tell(options, { id: uri, deleted: true }, 'Deleted.\n')
  })
}

const view = ({ uri, name, scopes }: Resource) => ({ id: uri, uri, name, scopes })
