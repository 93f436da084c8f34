import type { Command } from 'commander'
import type { Grant } from '../../domain/grant.js'
import { destructive, verb } from './command.js'
import { UsageError, type ConfirmOptions, type Operator, type OutputOptions } from './operator.js'
import { table, type Row } from './output.js'

interface Filter {
  readonly user?: string
  readonly client?: string
}

export function addGrantCommands(program: Command, operator: Operator): void {
  const noun = program.command('grant').description('what people allowed clients')
  withFilter(verb(noun, 'list', 'list the grants that are alive')).action(async ({ user, client, ...options }: OutputOptions & Filter) => {
    const grants = (await operator.administer((administering) => administering.listGrants(given({ user, client })))).map(view)
    operator.tell(options, { grants }, table(grants, 'There are no grants.'))
  })
  destructive(noun, 'revoke <id>', 'end one grant').action(async (id: string, options: ConfirmOptions) => {
    await operator.confirm(options, `Revoke grant ${id}`)
    await operator.administer((administering, source) => administering.revokeGrant(id, source))
    operator.tell(options, { id, revoked: true }, 'Revoked.\n')
  })
  withFilter(destructive(noun, 'revoke-all', 'end all grants of one user or one client and forget the approvals behind them')).action(
    async ({ user, client, ...options }: ConfirmOptions & Filter) => {
      if ((user === undefined) === (client === undefined)) throw new UsageError('give exactly one of --user and --client')
      await operator.confirm(options, `Revoke all grants of ${user === undefined ? `client ${client ?? ''}` : `user ${user}`}`)
      const revoked = await operator.administer((administering, source) => administering.revokeGrants(given({ user, client }), source))
      operator.tell(options, { revoked }, `Revoked: ${revoked}\n`)
    },
  )
}

const withFilter = (command: Command): Command => command.option('--user <user>', 'user name or id').option('--client <id>', 'client id')

const given = ({ user, client }: { user: string | undefined; client: string | undefined }) => ({
  ...(user !== undefined && { user }),
  ...(client !== undefined && { client }),
})

const view = (grant: Grant) =>
  ({
    id: grant.id,
    client_id: grant.clientId,
    user_id: grant.userId,
    scopes: grant.scopes,
    resources: grant.resources,
    created_at: grant.createdAt,
    expires_at: grant.refresh?.expiresAt ?? grant.expiresAt,
  }) satisfies Row
